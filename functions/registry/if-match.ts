import { errors } from '../../shared/errors.ts'

/**
 * What `If-Match` names: one version, in quotes. `*` asks for no version in particular. A gateway may have made the tag
 * a weak one, which says the same here. @throws AppError `invalid_request`
 */
export function ifMatch(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const [, tag] = /^\s*(?:W\/)?"([^"\s,]{1,200})"\s*$/.exec(header) ?? []
  if (tag !== undefined) return tag
  throw errors.invalidRequest('"If-Match" names one version in quotes, as ETag gave it, or *.', 'If-Match')
}

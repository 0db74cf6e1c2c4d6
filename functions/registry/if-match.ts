import { errors } from '../../shared/errors.ts'

/**
 * The version in `If-Match`, without quotes; `*` means any. A gateway may have made the tag a weak one, which is
 * equivalent here. @throws AppError `invalid_request`
 */
export function ifMatch(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const [, tag] = /^\s*(?:W\/)?"([^"\s,]{1,200})"\s*$/.exec(header) ?? []
  if (tag !== undefined) return tag
  throw errors.invalidRequest('"If-Match" names one version in quotes, as ETag gave it, or *.', 'If-Match')
}

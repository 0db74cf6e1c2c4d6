import { errors } from '../errors.ts'
import { ownerPattern } from './repo-id.ts'

/** A namespace's name: the part before the "/" of a repo's name. */
export const isOwnerName = (text: string): boolean => ownerPattern.test(text)

/**
 * Names that are, or may become, the first segment of a platform address, and names that only its makers should have.
 */
const reserved = new Set(
  `admin api v1 v2 v3 health ready info metrics datasets models spaces buckets kernels collections papers resolve raw
   blob tree commit commits refs docs console app assets static public login logout register signup join new settings
   account organizations organisations orgs owners users user me keys invitations search explore pricing about support
   root system slipway well-known .well-known robots.txt favicon.ico index.html anonymous everyone null undefined`.split(
    /\s+/,
  ),
)

/** @throws AppError `invalid_request` for a malformed name, `name_reserved` */
export function parseNewOwnerName(text: string, param = 'name'): string {
  if (!isOwnerName(text))
    throw errors.invalidRequest(
      `"${text.slice(0, 200)}" is not a name for a user or an organisation. Use letters, digits, "-", "_" and ".", at most 96 characters, without ".." or "--".`,
      param,
    )
  if (reserved.has(text.toLowerCase())) throw errors.nameReserved(text, param)
  return text
}

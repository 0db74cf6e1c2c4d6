import { errors } from '../errors.ts'
import { isRefName, isRevisionId } from './repo-id.ts'

/** Names that mean something else wherever a revision is asked for. */
const reserved = /^(?:HEAD|refs(?:\/.*)?)$/i
/** What git refuses within a name. */
const oddPart = /(?:^|\/)\.|\.lock(?:\/|$)|\.$/

/** What a new branch, tag, version or alias may be called. */
export const isNewRefName = (text: string): boolean =>
  isRefName(text) && !isRevisionId(text.toLowerCase()) && !reserved.test(text) && !oddPart.test(text)

/** @throws AppError `invalid_request` naming the rule. */
export function parseNewRefName(text: string, param = 'name'): string {
  if (isNewRefName(text)) return text
  throw errors.invalidRequest(
    `"${text.slice(0, 200)}" cannot be the name of a branch, tag or alias. Use letters, digits, "-", "_", "." and "/", at most 128 characters; neither the id of a revision, nor "HEAD", nor "refs/…".`,
    param,
  )
}

import { isRefName, isRevisionId } from './repo-id.ts'

/** Names that already mean something wherever a revision is named. */
const reserved = /^(?:HEAD|refs(?:\/.*)?)$/i
/** Parts that git refuses in a ref name. */
const oddPart = /(?:^|\/)\.|\.lock(?:\/|$)|\.$/

/** Whether a new branch, tag, version or alias may have this name. */
export const isNewRefName = (text: string): boolean =>
  isRefName(text) && !isRevisionId(text.toLowerCase()) && !reserved.test(text) && !oddPart.test(text)

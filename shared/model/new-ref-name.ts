import { isRefName, isRevisionId } from './repo-id.ts'

/** Names that mean something else wherever a revision is asked for. */
const reserved = /^(?:HEAD|refs(?:\/.*)?)$/i
/** What git refuses within a name. */
const oddPart = /(?:^|\/)\.|\.lock(?:\/|$)|\.$/

/** What a new branch, tag, version or alias may be called. */
export const isNewRefName = (text: string): boolean =>
  isRefName(text) && !isRevisionId(text.toLowerCase()) && !reserved.test(text) && !oddPart.test(text)

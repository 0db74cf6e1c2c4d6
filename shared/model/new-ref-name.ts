import { refPattern } from './repo-id.ts'

/** Names that already mean something wherever a revision is named: ids of revisions, `HEAD` and `refs/…`. */
const reserved = String.raw`(?!(?:[0-9A-Fa-f]{40}|[Hh][Ee][Aa][Dd]|[Rr][Ee][Ff][Ss](?:/.*)?)$)`
/** A part that git refuses in a ref name. */
const oddPart = String.raw`(?!.*/\.)`

/** What a new branch, tag, version or alias may be called. */
export const newRefPattern = new RegExp(`^${reserved}${oddPart}${refPattern.source.slice(1)}`)

export const isNewRefName = (text: string): boolean => newRefPattern.test(text)

import { parseRefName, parseRepoId } from './repo-id.ts'

/** What a deployment serves: a repo at a branch, tag, alias or revision. */
export interface Target {
  repo: string
  ref: string
}

/** Parses `owner/name` or `owner/name@ref`; the default ref is `main`. */
export function parseTarget(text: string, param = 'target'): Target {
  const at = text.indexOf('@')
  const repo = parseRepoId(at < 0 ? text : text.slice(0, at), param)
  return { repo, ref: at < 0 ? 'main' : parseRefName(text.slice(at + 1), param) }
}

export const formatTarget = ({ repo, ref }: Target): string => `${repo}@${ref}`

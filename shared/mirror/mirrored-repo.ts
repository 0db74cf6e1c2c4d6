import { fullName, type RepoItem } from '../table/repo-item.ts'

/** What a mirrored repo is bound to: the repo of that name on that one Hub. */
export const mirrorAddress = ({ upstream, repo }: { upstream: string; repo: string }): string => `${upstream}/${repo}`

/**
 * Whether a repo is a mirror still. Under another name it is a copy of our own: there, whoever takes that name on the
 * other Hub would be read for it.
 */
export const isMirror = (repo: RepoItem): boolean =>
  repo.mirror?.toLowerCase().endsWith(`/${fullName(repo).toLowerCase()}`) === true

/** Whether it is the mirror of that Hub. */
export const isMirrorOf = (repo: RepoItem, upstream: string): boolean =>
  repo.mirror?.toLowerCase() === mirrorAddress({ upstream, repo: fullName(repo) }).toLowerCase()

import { fullName, type RepoItem } from '../table/repo-item.ts'

/** The upstream Hub and repo that a mirror is bound to. */
export const mirrorAddress = ({ upstream, repo }: { upstream: string; repo: string }): string => `${upstream}/${repo}`

/**
 * Whether a repo is still a mirror. A renamed one is not: somebody else could own its new name upstream, and would be
 * read instead.
 */
export const isMirror = (repo: RepoItem): boolean =>
  repo.mirror?.toLowerCase().endsWith(`/${fullName(repo).toLowerCase()}`) === true

/** Whether it mirrors that Hub. */
export const isMirrorOf = (repo: RepoItem, upstream: string): boolean =>
  repo.mirror?.toLowerCase() === mirrorAddress({ upstream, repo: fullName(repo) }).toLowerCase()

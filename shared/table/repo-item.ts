import { randomBytes } from 'node:crypto'
import type { RepoKind } from './keys.ts'

export interface RepoItem {
  /** Survives a rename. */
  id: string
  kind: RepoKind
  owner: string
  name: string
  visibility: 'private' | 'public'
  /** For a mirror, the address of the upstream repo that missing content is read from. */
  mirror?: string | undefined
  /** Counts changes; each is conditional on the version it was based on. */
  version: number
  /** The revision of main; absent in an empty repo. */
  revision?: string | undefined
  task?: string | undefined
  library?: string | undefined
  license?: string | undefined
  /** Tags set by users. */
  tags: string[]
  /** Tags of the revision above, derived like the Hub's from its card and files. */
  cardTags?: string[] | undefined
  /** Set between the two halves of a change too large for one transaction: lists by tag leave it out. */
  isUntagged?: boolean | undefined
  /** The number of the latest version. */
  lastVersion?: number | undefined
  sizeBytes: number
  /** Updated by downloads, at most once an hour. */
  downloads: number
  createdAt: string
  createdBy: string
  updatedAt: string
  /** ISO time; can be undone until it is collected. */
  deletedAt?: string | undefined
  /** Its names before it was renamed, the latest last. */
  formerNames?: string[] | undefined
}

const formerNamesMax = 50

/** The former names of a repo after it gets another name. */
export const namesBehind = (repo: RepoItem): string[] =>
  [...(repo.formerNames ?? []).filter((name) => name !== fullName(repo)), fullName(repo)].slice(-formerNamesMax)

/** Shaped like the Hub's `_id`s. */
export const newRepoId = (): string => randomBytes(12).toString('hex')

export const fullName = ({ owner, name }: Pick<RepoItem, 'owner' | 'name'>): string => `${owner}/${name}`

/** Splits a validated `owner/name`. */
export function splitName(name: string): { owner: string; name: string } {
  const slash = name.indexOf('/')
  return { owner: name.slice(0, slash), name: name.slice(slash + 1) }
}

export function newRepo({
  id = newRepoId(),
  kind = 'model',
  fullName: given,
  createdBy,
  now,
  visibility,
  mirror,
}: NewRepo): RepoItem {
  const at = now.toISOString()
  const { owner, name } = splitName(given)
  const empty = { version: 0, tags: [], sizeBytes: 0, downloads: 0 }
  return {
    id,
    kind,
    owner,
    name,
    visibility: visibility ?? 'private',
    ...(mirror !== undefined && { mirror }),
    ...empty,
    createdAt: at,
    createdBy,
    updatedAt: at,
  }
}

interface NewRepo {
  id?: string
  kind?: RepoKind
  fullName: string
  createdBy: string
  now: Date
  visibility?: RepoItem['visibility'] | undefined
  mirror?: string | undefined
}

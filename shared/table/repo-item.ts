import { randomBytes } from 'node:crypto'
import type { RepoKind } from './keys.ts'

export interface RepoItem {
  /** Stays, whatever the repo is called. */
  id: string
  kind: RepoKind
  owner: string
  name: string
  visibility: 'private' | 'public'
  /** The address of the repo of another Hub that it mirrors: what is not here of it is read there. */
  mirror?: string | undefined
  /** Counts the changes: each is made to the version that it was decided on. */
  version: number
  /** What the branch main names; absent while there is nothing in the repo. */
  revision?: string | undefined
  task?: string | undefined
  library?: string | undefined
  license?: string | undefined
  /** What people have put on it. */
  tags: string[]
  /** What the revision above says of itself, as the Hub makes tags of cards and files. */
  cardTags?: string[] | undefined
  /** That lists by tag do not hold it now, between the two halves of a change too large for one transaction. */
  isUntagged?: boolean | undefined
  /** The number of the version that was made last. */
  lastVersion?: number | undefined
  sizeBytes: number
  /** Brought up to date by a download, once an hour at most. */
  downloads: number
  createdAt: string
  createdBy: string
  updatedAt: string
  /** ISO time of its deletion, which can be undone until it is swept. */
  deletedAt?: string | undefined
}

/** Of the shape that the Hub gives its `_id`s. */
export const newRepoId = (): string => randomBytes(12).toString('hex')

export const fullName = ({ owner, name }: Pick<RepoItem, 'owner' | 'name'>): string => `${owner}/${name}`

/** The parts of `owner/name`, which was checked to be one. */
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

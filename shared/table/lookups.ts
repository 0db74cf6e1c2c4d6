import type { Metrics } from '../metrics.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import type { RepoKind } from './keys.ts'
import type { Table } from './table.ts'

/**
 * What a process may cache of a table, because it never changes or the next read verifies it: the repo behind a name,
 * used only if the repo still has that name, and the files of revisions, which are immutable and only read after their
 * revision.
 */
interface Lookups {
  repoIds: LookupCache<string>
  files: LookupCache<RevisionFile>
}

interface LookupCache<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  /** Hits per lookup; 0 without any. */
  hitRatio(): number
}

const entriesMax = 10_000

const ofTable = new WeakMap<Table, Lookups>()

/** One set per table handle, and thus per process. */
export function lookupsOf(table: Table): Lookups {
  const known = ofTable.get(table)
  if (known !== undefined) return known
  const lookups: Lookups = { repoIds: createLookupCache(entriesMax), files: createLookupCache(entriesMax) }
  ofTable.set(table, lookups)
  return lookups
}

/** Exports the hit ratios as metrics. */
export function watchLookups(table: Table, metrics: Metrics): void {
  const { repoIds, files } = lookupsOf(table)
  metrics.watchCache('repo_names', repoIds.hitRatio)
  metrics.watchCache('revision_files', files.hitRatio)
}

export const nameKey = (kind: RepoKind, name: string): string => `${kind} ${name.toLowerCase()}`

export const fileKey = (repoId: string, revision: string, path: string): string => `${repoId} ${revision} ${path}`

/** Evicts the least recently used entry. */
export function createLookupCache<Value>(max: number): LookupCache<Value> {
  const entries = new Map<string, Value>()
  let asked = 0
  let found = 0
  return {
    get(key) {
      asked++
      const value = entries.get(key)
      if (value === undefined) return undefined
      found++
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size <= max) return
      const [oldest] = entries.keys()
      if (oldest !== undefined) entries.delete(oldest)
    },
    hitRatio: () => (asked === 0 ? 0 : found / asked),
  }
}

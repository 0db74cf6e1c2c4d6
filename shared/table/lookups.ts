import type { Metrics } from '../metrics.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import type { RepoKind } from './keys.ts'
import type { Table } from './table.ts'

/**
 * What a process remembers of a table, because it never changes or is proven right by the next read: which repo a name
 * led to, which counts only if that repo still carries the name, and the files of revisions, which are immutable and
 * asked for only where their revision was just read.
 */
interface Lookups {
  repoIds: LookupCache<string>
  files: LookupCache<RevisionFile>
}

interface LookupCache<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  /** How often something was found, of all askings; 0 where nobody asked. */
  hitRatio(): number
}

const entriesMax = 10_000

const ofTable = new WeakMap<Table, Lookups>()

/** One set for each table handle, which is one for each process. */
export function lookupsOf(table: Table): Lookups {
  const known = ofTable.get(table)
  if (known !== undefined) return known
  const lookups: Lookups = { repoIds: createLookupCache(entriesMax), files: createLookupCache(entriesMax) }
  ofTable.set(table, lookups)
  return lookups
}

/** Lets the metrics of a process tell how often these help. */
export function watchLookups(table: Table, metrics: Metrics): void {
  const { repoIds, files } = lookupsOf(table)
  metrics.watchCache('repo_names', repoIds.hitRatio)
  metrics.watchCache('revision_files', files.hitRatio)
}

export const nameKey = (kind: RepoKind, name: string): string => `${kind} ${name.toLowerCase()}`

export const fileKey = (repoId: string, revision: string, path: string): string => `${repoId} ${revision} ${path}`

/** Forgets what was not asked for the longest time. */
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

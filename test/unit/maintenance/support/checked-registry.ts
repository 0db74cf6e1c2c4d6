import { afterEach, beforeEach, expect } from 'vitest'
import { keys } from '../../../../shared/table/keys.ts'
import type { RepoItem } from '../../../../shared/table/repo-item.ts'
import { findRepo, type RevisionItem } from '../../../../shared/table/repos.ts'
import { startRegistry, type TestRegistry } from './registry.ts'

/** The registry of the running test, its repo `acme/one` and the revision there. */
export let registry: TestRegistry
export let repo: RepoItem
export let revision: RevisionItem

/** For a file of tests: each test begins with the repos `acme/one` and `globex/two`. */
export function useCheckedRegistry(): void {
  beforeEach(async () => {
    registry = await startRegistry()
    await registry.repo('acme/one', { 'a.txt': 'a', 'b.txt': 'bb' })
    await registry.repo('globex/two')
    repo = (await findRepo(registry.database.table, { name: 'acme/one' })) as RepoItem
    revision = (await registry.database.table.get<RevisionItem>(
      keys.revision(repo.id, repo.revision ?? ''),
    )) as RevisionItem
  })
  afterEach(() => registry.close())
}

/** Runs fsck and then the ingest steps that it queued; returns its findings, ordered by kind. */
export async function fsck(options: { repair?: boolean; deep?: boolean } = {}) {
  const maintenance = registry.maintenance()
  const job = await maintenance.run('fsck', options)
  expect(job.state, JSON.stringify(job.failure)).toBe('DONE')
  const items = await registry.database.scan()
  const found = items.filter(({ pk, sk }) => pk === `FINDINGS#${job.id}` && String(sk).startsWith('FOUND#'))
  expect(job.counts.discrepancies ?? 0).toBe(found.length)
  await registry.ingest(maintenance.asked)
  return found
    .map(({ kind, repairable, repaired }) => ({ kind, repairable, repaired }))
    .toSorted((a, b) => (String(a.kind) < String(b.kind) ? -1 : 1))
}

/** Changes or creates an item. */
export const put = (key: { pk: string; sk: string }, change: object) =>
  registry.database.table.get<object>(key).then((item) => registry.database.table.put({ ...item, ...key, ...change }))

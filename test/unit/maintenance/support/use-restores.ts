import { afterEach, beforeEach } from 'vitest'
import { listFindings } from '../../../../functions/maintenance/jobs/findings.ts'
import type { MaintenanceOptions } from '../../../../shared/contract/maintenance.ts'
import { findRepo } from '../../../../shared/table/repos.ts'
import { startRegistry, type TestRegistry } from './registry.ts'

/** For a file of tests: each test gets a registry with the repos `acme/one` and `acme/two`, and helpers for restores. */
export function useRestores() {
  let registry: TestRegistry
  beforeEach(async () => {
    registry = await startRegistry()
    await registry.repo('acme/one', { 'a.txt': 'a' })
    await registry.repo('acme/two', { 'b.txt': 'b' })
  })
  afterEach(() => registry.close())
  return {
    /** The registry of the running test. */
    registry: () => registry,
    run: (kind: 'backup' | 'restore', options: MaintenanceOptions = {}) => registry.maintenance().run(kind, options),
    found: (name: string) => findRepo(registry.database.table, { name }),
    remove: (name: string) => registry.hub('/api/repos/delete', 'DELETE', { name }),
    async listed() {
      const models = (await registry.hub('/api/models', 'GET', undefined)) as { id: string }[]
      return models.map(({ id }) => id).toSorted()
    },
    async loseTable() {
      const items = await registry.database.scan()
      await registry.database.table.deleteMany(items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })))
    },
    /** Runs fsck and the ingest steps that it queued; returns its findings. */
    async check(options: MaintenanceOptions = {}): Promise<string[]> {
      const maintenance = registry.maintenance()
      const { id } = await maintenance.run('fsck', options)
      await registry.ingest(maintenance.asked)
      const { items } = await listFindings(registry.database.table, { jobId: id, limit: 100 })
      return items.map(({ kind, place }) => `${kind} ${place}`)
    },
  }
}

import { expect, it } from 'vitest'
import type { MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { keys } from '../../../shared/table/keys.ts'
import { getRef, keyOfRef, listRefs, type RefItem } from '../../../shared/table/repos.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, remove, loseTable, check } = useRestores()

const day = 86_400_000

/** Gives `acme/one` a branch, a tag, a version and an alias, in addition to main. */
async function nameIt() {
  const { table } = registry().database
  const { id: repoId = '', revision = '' } = (await found('acme/one')) ?? {}
  const put = async (ref: Pick<RefItem, 'kind' | 'name' | 'versionNumber'>) => {
    const updatedAt = new Date(0).toISOString()
    await table.put({ ...keyOfRef({ repoId, kind: ref.kind, name: ref.name }), ...ref, revision, updatedAt })
  }
  await put({ kind: 'alias', name: 'champion' })
  await put({ kind: 'tag', name: 'v1', versionNumber: 1 })
  await table.put({ ...keys.version(repoId, 1), name: 'v1' })
  await registry().hub('/api/models/acme/one/branch/dev', 'POST', {})
  await registry().hub('/api/models/acme/one/tag/main', 'POST', { tag: 'old' })
  await registry().ingest()
  return repoId
}
const names = async (repoId: string) =>
  (await Array.fromAsync(listRefs(registry().database.table, repoId))).map(({ name }) => name).toSorted()

const allNames = ['champion', 'dev', 'main', 'old', 'v1']

it.each<[string, boolean, MaintenanceOptions]>([
  ['merges', false, { mode: 'merge' }],
  ['merges after the loss of the table', true, { mode: 'merge' }],
  ['follows the loss of the table', true, {}],
])('a restore that %s leaves deleted refs deleted', async (_, isLost, options) => {
  const { table } = registry().database
  const repoId = await nameIt()
  await run('backup')
  await table.delete(keys.alias(repoId, 'champion'))
  await registry().hub('/api/models/acme/one/tag/v1', 'DELETE', undefined)
  await registry().hub('/api/models/acme/one/branch/dev', 'DELETE', undefined)
  await registry().ingest()
  if (isLost) await loseTable()
  expect((await run('restore', options)).state).toBe('DONE')
  expect(await names(repoId)).toEqual(['main', 'old'])
  expect(await table.get(keys.version(repoId, 1))).toBeUndefined()
  await check({ repair: true })
  expect(await check()).toEqual([])
})

it('a restore that merges restores refs that were lost, not deleted', async () => {
  const { table } = registry().database
  const repoId = await nameIt()
  await run('backup')
  await table.deleteMany([keys.alias(repoId, 'champion'), keys.tag(repoId, 'v1'), keys.version(repoId, 1)])
  await run('restore', { mode: 'merge' })
  expect(await names(repoId)).toEqual(allNames)
  expect(await table.get(keys.version(repoId, 1))).toBeDefined()
})

it('a restore that merges restores a purged repo with all its refs', async () => {
  const repoId = await nameIt()
  await run('backup', { objects: true })
  await remove('acme/one')
  await registry()
    .maintenance({ now: () => new Date(Date.now() + 31 * day) })
    .run('gc')
  await run('restore', { mode: 'merge', objects: true })
  expect(await names(repoId)).toEqual(allNames)
})

it('a restore after the loss of the table keeps refs that are created meanwhile', async () => {
  const { table } = registry().database
  const repoId = await nameIt()
  await run('backup')
  await registry().hub('/api/models/acme/one/branch/dev', 'DELETE', undefined)
  await registry().ingest()
  const main = await getRef(table, { repoId, kind: 'branch', name: 'main' })
  await loseTable()
  const updatedAt = new Date(Date.now() + day).toISOString()
  await table.put({ ...main, ...keys.tag(repoId, 'now'), kind: 'tag', name: 'now', updatedAt })
  await run('restore', { mode: 'merge' })
  expect(await names(repoId)).toEqual(['champion', 'main', 'now', 'old', 'v1'])
})

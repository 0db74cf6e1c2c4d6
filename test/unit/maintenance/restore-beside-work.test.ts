import { describe, expect, it } from 'vitest'
import { deploymentsVersion, noteDeploymentChange } from '../../../shared/table/deployments.ts'
import { keys } from '../../../shared/table/keys.ts'
import { getRevision } from '../../../shared/table/repos.ts'
import type { TableScan } from '../../../shared/table/scan.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, check } = useRestores()

const commit = (repo: string, path: string) => {
  const lines = [
    { key: 'header', value: { summary: path } },
    { key: 'file', value: { path, content: path } },
  ]
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  return registry().hub(`/api/models/${repo}/commit/main`, 'POST', body)
}

/** Replaces the registry by its backup, and does `work` once that is written but before the rest is removed. */
function replaceBeside(work: () => Promise<unknown>) {
  let isDone = false
  const scan: TableScan = async (request) => {
    if (!isDone) await work()
    isDone = true
    return registry().database.pages(request)
  }
  return registry().maintenance({ scan }).run('restore', { mode: 'replace' })
}

describe('a restore that replaces', () => {
  it('leaves each branch at a complete revision, even one that moves during the restore', async () => {
    await run('backup')
    await replaceBeside(async () => {
      for (const path of ['first.txt', 'second.txt']) await commit('acme/one', path)
    })
    const repo = await found('acme/one')
    const tree = (await registry().hub('/api/models/acme/one/tree/main', 'GET', undefined)) as { path: string }[]
    expect(tree.map(({ path }) => path).toSorted()).toEqual(['README.md', 'a.txt', 'first.txt', 'second.txt'])
    const head = await getRevision(registry().database.table, repo?.id ?? '', repo?.revision ?? '')
    expect(await getRevision(registry().database.table, repo?.id ?? '', head?.parent ?? '')).toBeDefined()
    await registry().ingest()
    // The usage of its owner is that of the backup.
    expect(await check({ repair: true })).toEqual(['held-missing acme', 'usage-wrong acme storedBytes'])
    expect(await check()).toEqual([])
  })

  it('keeps the files of a revision that is published just after they were scanned', async () => {
    await run('backup')
    const { table } = registry().database
    // Pauses after the files are written and before the branch moves.
    const [begun, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const transact = table.transact.bind(table)
    table.transact = async (actions) => {
      if (actions.some((action) => 'put' in action && action.put.sk === 'REF#branch#main')) {
        begun.resolve()
        await goesOn.promise
      }
      return transact(actions)
    }
    const committed = commit('acme/one', 'late.txt')
    await begun.promise
    let page = 0
    const scan: TableScan = async (request) => {
      const { items } = await registry().database.pages(request)
      if (++page > 2) return { items }
      const isFile = ({ pk }: { pk: string }) => pk.startsWith('FILES#')
      if (page === 1) return { items: items.filter(isFile), nextKey: { pk: 'FILES#', sk: '' } }
      goesOn.resolve()
      await committed
      return { items: items.filter((item) => !isFile(item)) }
    }
    expect((await registry().maintenance({ scan }).run('restore', { mode: 'replace' })).state).toBe('DONE')
    const tree = (await registry().hub('/api/models/acme/one/tree/main', 'GET', undefined)) as { path: string }[]
    expect(tree.map(({ path }) => path).toSorted()).toEqual(['README.md', 'a.txt', 'late.txt'])
  })

  it('keeps the reports of replicas and the signing keys, which would otherwise be missing for minutes', async () => {
    const live = [
      keys.replica('iris', 'one'),
      keys.deploymentUse('iris', '2026-11-22'),
      keys.deploymentsVersion,
      keys.poolReplica('default', 'one'),
      keys.poolDevice('default'),
      keys.signingKey('00000001'),
      keys.verifyingKey('00000001'),
      keys.uploadSecret,
    ]
    const { table } = registry().database
    await run('backup')
    await table.putMany(live.map((key) => ({ ...key })))
    expect((await run('restore', { mode: 'replace' })).state).toBe('DONE')
    for (const key of live) expect(await table.get(key), key.pk).toBeDefined()
  })

  it('tells replicas that deployments changed', async () => {
    const { table } = registry().database
    await noteDeploymentChange(table)
    await run('backup')
    const before = await deploymentsVersion(table)
    await run('restore', { mode: 'replace' })
    expect(await deploymentsVersion(table)).toBeGreaterThan(before)
  })
})

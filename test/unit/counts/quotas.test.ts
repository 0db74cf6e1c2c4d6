import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOfImport, failImport } from '../../../functions/ingest/steps/end-import.ts'
import { startImport } from '../../../shared/ingest/start-import.ts'
import { deleteDeployment } from '../../../shared/table/deployment-deletion.ts'
import { createDeployment, type DeploymentItem } from '../../../shared/table/deployments.ts'
import { holdBlobs } from '../../../shared/table/held-blobs.ts'
import { readOwnerUse, setQuotas } from '../../../shared/table/quotas.ts'
import { newRepo } from '../../../shared/table/repo-item.ts'
import { repoCreation } from '../../../shared/table/repo-write.ts'
import { StoredBytesExceeded } from '../../../shared/table/stored-bytes.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'

let held: TestTable
let table: Table
beforeAll(async () => {
  held = await startTable()
  table = held.table
})
afterAll(() => held.close())

const now = new Date('2026-11-20T12:00:00Z')
const queue = { send: async () => {}, sendMany: async () => {} }
const sha = (n: number) => n.toString(16).padStart(64, '0')

const makeRepo = (owner: string, name: string, reposMax: number) =>
  table.transact(repoCreation(newRepo({ fullName: `${owner}/${name}`, createdBy: 'u', now }), { reposMax }))

const settledOf = async (attempts: Promise<unknown>[]) => {
  const outcomes = await Promise.allSettled(attempts)
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  return { done: outcomes.length - refused.length, refused }
}

describe('a quota', () => {
  it('admits no more than its limit, however many try at once', async () => {
    const { done, refused } = await settledOf(Array.from({ length: 30 }, (_, n) => makeRepo('many', `r${n}`, 7)))
    expect(done).toBe(7)
    expect(refused.every((error) => error instanceof ConditionFailed)).toBe(true)
    expect((await readOwnerUse(table, 'many')).use.repos).toBe(7)
  })

  it('follows the limit set by an admin, whatever limit a process was started with', async () => {
    await makeRepo('own', 'a', 100)
    await setQuotas(table, 'own', { repos: 3 })
    const { done } = await settledOf(Array.from({ length: 20 }, (_, n) => makeRepo('own', `r${n}`, 100)))
    expect(done).toBe(2)
    await setQuotas(table, 'own', { repos: 5 })
    expect((await settledOf(Array.from({ length: 20 }, (_, n) => makeRepo('own', `s${n}`, 1)))).done).toBe(2)
    await setQuotas(table, 'own', { repos: null })
    await expect(makeRepo('own', 'more', 5)).rejects.toBeInstanceOf(ConditionFailed)
    await makeRepo('own', 'more', 6)
    expect(await readOwnerUse(table, 'own')).toMatchObject({ use: { repos: 6 }, own: {} })
  })

  it('stays exact while its limit is changed', async () => {
    const changes = Array.from({ length: 10 }, (_, n) => setQuotas(table, 'raced', { repos: 10 + (n % 3) }))
    await settledOf([...Array.from({ length: 30 }, (_, n) => makeRepo('raced', `r${n}`, 100)), ...changes])
    await setQuotas(table, 'raced', { repos: 12 })
    await settledOf(Array.from({ length: 20 }, (_, n) => makeRepo('raced', `s${n}`, 100)))
    expect((await readOwnerUse(table, 'raced')).use.repos).toBe(12)
  })

  it('below the current use deletes nothing, and admits nothing until there is room', async () => {
    for (const name of ['a', 'b', 'c']) await makeRepo('shrunk', name, 100)
    await setQuotas(table, 'shrunk', { repos: 1 })
    await expect(makeRepo('shrunk', 'd', 100)).rejects.toBeInstanceOf(ConditionFailed)
    expect((await readOwnerUse(table, 'shrunk')).use.repos).toBe(3)
  })
})

describe('stored bytes', () => {
  it('count a blob once per owner', async () => {
    const blobs = [1, 2, 3].map((n) => ({ sha256: sha(n), sizeBytes: 100 }))
    for (const owner of ['one', 'one', 'two']) await holdBlobs(table, { owner, blobs, storedBytesMax: 1000, now })
    await holdBlobs(table, { owner: 'one', blobs: [...blobs, { sha256: sha(4), sizeBytes: 50 }], now })
    expect((await readOwnerUse(table, 'one')).use.storedBytes).toBe(350)
    expect((await readOwnerUse(table, 'two')).use.storedBytes).toBe(300)
  })

  it('are refused over the limit, with the quota, its limit and its use', async () => {
    const hold = (n: number, sizeBytes: number) =>
      holdBlobs(table, { owner: 'full', blobs: [{ sha256: sha(n), sizeBytes }], storedBytesMax: 1000, now })
    await hold(1, 900)
    await expect(hold(2, 101)).rejects.toThrow(
      /"full".* 101 more: its quota "storedBytes" is 1000, of which 900 is used/,
    )
    await hold(3, 100)
    await setQuotas(table, 'full', { storedBytes: 1500 })
    await expect(hold(4, 501)).rejects.toMatchObject({ details: { limit: 1500, used: 1000 }, code: 'quota_exceeded' })
    await expect(hold(4, 501)).rejects.toBeInstanceOf(StoredBytesExceeded)
    await hold(4, 500)
    expect((await readOwnerUse(table, 'full')).use.storedBytes).toBe(1500)
  })

  it('of more blobs than one transaction holds are counted completely or not at all', async () => {
    const hold = (total: number) =>
      holdBlobs(table, {
        owner: 'whole',
        blobs: Array.from({ length: total }, (_, n) => ({ sha256: sha(n), sizeBytes: 10 })),
        storedBytesMax: 2000,
        now,
      })
    await expect(hold(201)).rejects.toMatchObject({ code: 'quota_exceeded', details: { used: 0 } })
    expect((await readOwnerUse(table, 'whole')).use.storedBytes).toBe(0)
    await hold(50)
    await setQuotas(table, 'whole', { storedBytes: 1990 })
    await expect(hold(200)).rejects.toThrow(/1500 more: its quota "storedBytes" is 1990, of which 500 is used/)
    await hold(199)
    expect((await readOwnerUse(table, 'whole')).use.storedBytes).toBe(1990)
  })

  it('are exact if many revisions with common blobs are stored at once', async () => {
    const revisions = Array.from({ length: 20 }, (_, n) =>
      [n, n + 1, n + 2].map((m) => ({ sha256: sha(m), sizeBytes: 10 })),
    )
    await Promise.all(revisions.map((blobs) => holdBlobs(table, { owner: 'common', blobs, storedBytesMax: 220, now })))
    expect((await readOwnerUse(table, 'common')).use.storedBytes).toBe(220)
  })
})

describe('running imports', () => {
  const start = (owner: string, n: number, importsMax: number) =>
    startImport({
      table,
      queue,
      source: { kind: 'hf', repo: `from/m${n}`, ref: 'main' },
      repo: `${owner}/m${n}`,
      createdBy: 'u',
      importsMax,
      now,
    })
  const failing = (importId: string) =>
    failImport({ step: 'plan', importId, attempt: 1 }, { code: 'x', message: 'y' }, {
      table,
      objects: { list: async () => ({ objects: [] }), delete: async () => {}, uploads: {} },
      log: { warn: () => {} },
      metrics: { modelDownloads: { inc: () => {} } },
      now: () => now,
    } as never)

  it('are limited by the quota, and an import over it is told why', async () => {
    const { done, refused } = await settledOf(Array.from({ length: 12 }, (_, n) => start('pulls', n, 4)))
    expect(done).toBe(4)
    expect(refused[0]).toMatchObject({ code: 'quota_exceeded', status: 403, details: { quota: 'imports', limit: 4 } })
    expect(refused[0].message).toContain('"imports" is 4, of which 4 is used')
    expect((await readOwnerUse(table, 'pulls')).use.imports).toBe(4)
  })

  it('count once for repeated requests of the same import, which are not refused', async () => {
    const started = await Promise.all(Array.from({ length: 10 }, () => start('same', 1, 1)))
    expect(started.filter(({ created }) => created)).toHaveLength(1)
    expect((await readOwnerUse(table, 'same')).use.imports).toBe(1)
  })

  it('are released once, whichever message ends them', async () => {
    const { item } = await start('ends', 1, 1)
    await start('ends', 2, 5)
    await Promise.all(Array.from({ length: 6 }, () => failing(item.id)))
    expect((await readOwnerUse(table, 'ends')).use.imports).toBe(1)
    expect((await start('ends', 1, 2)).created).toBe(true)
  })

  it('are released in the write that ends them, so that no crash can come between', () => {
    const end = endOfImport({
      item: { id: 'i', repo: 'a/b', source: 'hf://x/y@main' } as never,
      from: 'PENDING',
      state: 'FAILED',
      now,
    })
    expect(JSON.stringify(end)).toContain('USAGE#a')
  })
})

describe('deployments', () => {
  const item = (name: string, owner: string): DeploymentItem => ({
    name,
    owner,
    target: 't',
    repo: 'a/b',
    repoId: 'r',
    ref: 'main',
    revision: 'x',
    task: 'x',
    file: 'f',
    createdAt: now.toISOString(),
    createdBy: 'u',
  })

  it('count while they exist, and are released once however many delete them', async () => {
    const made = Array.from({ length: 9 }, (_, n) =>
      createDeployment(table, item(`d${n}`, 'runs'), { deploymentsMax: 3 }),
    )
    expect((await settledOf(made)).done).toBe(3)
    const { use } = await readOwnerUse(table, 'runs')
    expect(use.deployments).toBe(3)
    const names = (await held.scan()).filter(({ sk }) => sk === 'DEPLOYMENT').map(({ name }) => String(name))
    await Promise.all([...names, ...names].map((name) => deleteDeployment(table, item(name, 'runs'))))
    expect((await readOwnerUse(table, 'runs')).use.deployments).toBe(0)
  })

  it('with the same name are one, and a second attempt counts nothing', async () => {
    await createDeployment(table, item('once', 'twice'), { deploymentsMax: 5 })
    await expect(createDeployment(table, item('once', 'twice'), { deploymentsMax: 5 })).rejects.toBeInstanceOf(
      ConditionFailed,
    )
    expect((await readOwnerUse(table, 'twice')).use.deployments).toBe(1)
  })
})

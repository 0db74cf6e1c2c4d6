import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootstrapAdmin } from '../../shared/auth/verify.ts'
import type { AppError } from '../../shared/errors.ts'
import { createRef } from '../../shared/repos/change-ref.ts'
import { deleteRepo } from '../../shared/repos/delete-repo.ts'
import { moveRepo } from '../../shared/repos/move-repo.ts'
import { deploymentCreation } from '../../shared/table/deployments.ts'
import { repoDeploymentWrites } from '../../shared/table/repo-deployments.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'
import { findRepo, getRepo, getRevision, listRefs } from '../../shared/table/repos.ts'
import { ConditionFailed } from '../../shared/table/table.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type Lab, type Store, startLab, visibleOf } from './support/lab.ts'
import { sampleFiles, seeded, source } from './support/model.ts'
import { IngestProcess, importOf } from './support/process.ts'

let lab: Lab
let store: Store
let hub: Hub
beforeAll(async () => {
  lab = await startLab()
  store = await lab.newStore()
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles(), tags: ['side'] } } })
})
afterAll(async () => {
  await hub.close()
  await lab.close()
})

const now = () => new Date()
const found = async (name: string): Promise<RepoItem> => {
  const repo = await findRepo(lab.table, { name, withDeleted: true })
  if (repo === undefined) throw new Error(`there is no ${name}`)
  return repo
}
const refsOf = async ({ id }: RepoItem) =>
  (await Array.fromAsync(listRefs(lab.table, id))).map(({ kind, name, revision }) => `${kind} ${name} ${revision}`)

describe('a repo that is deleted while an import publishes into it', () => {
  it.each(['hf://acme/model@side', source])('is not changed after its deletion: %s', async (from) => {
    const random = seeded(7)
    const ends = new Set<string>()
    for (let round = 0; round < 12; round++) {
      const name = `acme/raced-${from.endsWith('side') ? 'side' : 'main'}-${round}`
      const process = new IngestProcess({ lab, store, hub })
      await process.pull(source, name)
      const repo = await found(name)
      const id = await process.start(from, name)
      await pause(random() * 60)
      await deleteRepo({ table: lab.table, principal: bootstrapAdmin, repo, now: now() })
      const whenDeleted = await refsOf(repo)
      await process.idle()
      expect(await refsOf(repo)).toEqual(whenDeleted)
      const { state, failure } = await importOf(lab, id)
      ends.add(failure?.code ?? state)
      if (state === 'FAILED') expect(failure?.code).toBe('repo_deleted')
      await process.close()
    }
    expect([...ends].filter((end) => end !== 'READY' && end !== 'repo_deleted')).toEqual([])
  })
})

describe('a repo that is deleted while it is deployed', () => {
  it('is either deleted or deployed, never both', async () => {
    const process = new IngestProcess({ lab, store, hub })
    const ends: string[] = []
    for (let round = 0; round < 10; round++) {
      const name = `acme/served-${round}`
      await process.pull(source, name)
      const repo = await found(name)
      const about = { name: `served-${round}`, owner: 'acme', target: `${name}@main`, repo: name, repoId: repo.id }
      const item = { ...about, ref: 'main', revision: '', task: '', file: '', createdAt: '', createdBy: '' }
      const deployed = lab.table.transact([...deploymentCreation(item, {}), ...repoDeploymentWrites(item)])
      const deleted = deleteRepo({ table: lab.table, principal: bootstrapAdmin, repo, now: now() })
      const [one, other] = await Promise.allSettled([deployed, deleted])
      expect([one.status, other.status].toSorted()).toEqual(['fulfilled', 'rejected'])
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(ConditionFailed)
      if (other.status === 'rejected') expect((other.reason as AppError).code).toBe('repo_deployed')
      ends.push(one.status)
    }
    await process.close()
  })
})

describe('a repo that is renamed, filled and branched at the same time', () => {
  it('is complete at the end, under one name, in all its lists', async () => {
    const process = new IngestProcess({ lab, store, hub })
    for (let round = 0; round < 6; round++) {
      const name = `acme/busy-${round}`
      await process.pull(source, name)
      const repo = await found(name)
      const revision = await getRevision(lab.table, repo.id, repo.revision ?? '')
      if (revision === undefined) throw new Error('nothing was imported')
      const limits = { reposMax: 1000, storedBytesMax: 1e12 }
      const rename = (to: string) =>
        moveRepo({ table: lab.table, principal: bootstrapAdmin, repo, to, ...limits, now: now() })
      const branch = (at: number) =>
        createRef({ table: lab.table, repo, ref: { kind: 'branch', name: `b${at}`, revision, by: 'x' }, now: now() })
      const id = await process.start('hf://acme/model@side', name)
      const outcomes = await Promise.allSettled([
        rename(`acme/Busy-${round}`),
        rename(`other/busy-${round}`),
        rename(`acme/busier-${round}`),
        ...[1, 2, 3].map(branch),
      ])
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect((outcome.reason as AppError).code).toBe('conflict')
      expect(outcomes.slice(0, 3).some(({ status }) => status === 'fulfilled')).toBe(true)
      expect(outcomes.slice(3).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'))
      await process.idle()
      const end = await getRepo(lab.table, repo.id)
      if (end === undefined) throw new Error('it is gone')
      await visibleOf({ table: lab.table, objects: store.objects, repo: `${end.owner}/${end.name}` })
      expect((await found(name)).id).toBe(repo.id)
      expect(['READY', 'FAILED']).toContain((await importOf(lab, id)).state)
      const entries = (await lab.scan()).filter(({ pk, id: of }) => String(pk).startsWith('LIST#') && of === repo.id)
      expect(new Set(entries.map(({ owner, name: is }) => `${owner}/${is}`))).toEqual(
        new Set([`${end.owner}/${end.name}`]),
      )
    }
    const claims = (await lab.scan()).filter(({ pk }) => /^USAGE#(acme|other)$/.test(String(pk)))
    const repos = (await lab.scan()).filter(({ sk }) => sk === 'REPO')
    for (const { pk, repos: counted } of claims)
      expect(counted ?? 0).toBe(repos.filter(({ owner }) => `USAGE#${String(owner).toLowerCase()}` === pk).length)
    await process.close()
  })
})

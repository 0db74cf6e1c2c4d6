import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listFindings } from '../../../functions/maintenance/jobs/findings.ts'
import type { MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { deleteDeployment } from '../../../shared/table/deployment-deletion.ts'
import { createDeployment, getDeployment } from '../../../shared/table/deployments.ts'
import {
  createInvitation,
  deleteInvitation,
  findInvitation,
  type InvitationItem,
} from '../../../shared/table/invitations.ts'
import { keys } from '../../../shared/table/keys.ts'
import {
  createOrganisation,
  listMembers,
  listMemberships,
  putMember,
  removeMember,
} from '../../../shared/table/members.ts'
import { ensureOrganisation, findOwner, type MemberItem, type OwnerItem } from '../../../shared/table/owners.ts'
import { allRevisions, findRepo, getRef, getRepo, getRevision } from '../../../shared/table/repos.ts'
import type { TableScan } from '../../../shared/table/scan.ts'
import { Fuse } from '../../faults/support/fuse.ts'
import { startRegistry, type TestRegistry } from './support/registry.ts'

const day = 86_400_000
let registry: TestRegistry
beforeEach(async () => {
  registry = await startRegistry()
  await registry.repo('acme/one', { 'a.txt': 'a' })
  await registry.repo('acme/two', { 'b.txt': 'b' })
})
afterEach(() => registry.close())

const run = (kind: 'backup' | 'restore', options: MaintenanceOptions = {}) => registry.maintenance().run(kind, options)
const found = (name: string) => findRepo(registry.database.table, { name })
const remove = (name: string) => registry.hub('/api/repos/delete', 'DELETE', { name })
const listed = async () => {
  const models = (await registry.hub('/api/models', 'GET', undefined)) as { id: string }[]
  return models.map(({ id }) => id).toSorted()
}
async function loseTable() {
  const items = await registry.database.scan()
  await registry.database.table.deleteMany(items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })))
}
/** What a check finds; where it mends, what was asked of the ingest function is done too. */
async function check(options: MaintenanceOptions = {}): Promise<string[]> {
  const maintenance = registry.maintenance()
  const { id } = await maintenance.run('fsck', options)
  await registry.ingest(maintenance.asked)
  const { items } = await listFindings(registry.database.table, { jobId: id, limit: 100 })
  return items.map(({ kind, place }) => `${kind} ${place}`)
}

describe('a restore that merges', () => {
  it('leaves a repo deleted that was deleted since', async () => {
    await run('backup')
    await remove('acme/one')
    await registry.ingest()
    expect((await run('restore', { mode: 'merge' })).state).toBe('DONE')
    expect(await listed()).toEqual(['acme/two'])
    expect(await check()).toEqual([])
  })

  it('lets nobody in again who was let out since: of an organisation, or by an invitation', async () => {
    const { table } = registry.database
    const lab: OwnerItem = { name: 'Lab', kind: 'organisation', createdAt: '', createdBy: 'user_ada', admins: 0 }
    const member = (userId: string): MemberItem => ({
      ...{ owner: 'Lab', userId, username: userId, role: 'admin', addedAt: '' },
    })
    await table.put({ ...keys.user('user_ada'), id: 'user_ada' })
    await createOrganisation(table, { owner: lab, first: member('user_ada') })
    await putMember(table, { owner: lab, member: member('user_bob') })
    const validUntil = new Date(Date.now() + day).toISOString()
    const invitation: InvitationItem = { sha256: 'ab', role: 'admin', createdAt: '', createdBy: 'admin', validUntil }
    await createInvitation(table, invitation)
    await run('backup')
    await removeMember(table, { owner: lab, member: member('user_bob') })
    expect(await deleteInvitation(table, invitation.sha256)).toBe(true)
    await run('restore', { mode: 'merge' })
    expect((await listMembers(table, { owner: 'lab', limit: 9 })).items.map(({ userId }) => userId)).toEqual([
      'user_ada',
    ])
    expect((await listMemberships(table, { userId: 'user_bob', limit: 9 })).items).toEqual([])
    expect(await findInvitation(table, invitation.sha256)).toBeUndefined()

    // Of one that was lost, and made anew by a file that was dropped, all are members again.
    await putMember(table, { owner: lab, member: member('user_bob') })
    await run('backup')
    await loseTable()
    await ensureOrganisation(table, { name: 'Lab', createdBy: 'drop', now: new Date() })
    await run('restore', { mode: 'merge' })
    expect(await findOwner(table, 'lab')).toMatchObject({ createdBy: 'drop', admins: 2 })
    expect((await listMembers(table, { owner: 'lab', limit: 9 })).items).toHaveLength(2)
    for (const userId of ['user_ada', 'user_bob'])
      expect((await listMemberships(table, { userId, limit: 9 })).items).toHaveLength(1)
  })

  it('serves nothing by itself that was taken down since, and nothing at all of a repo that was deleted', async () => {
    const { table } = registry.database
    const deploy = async (repo: string) => {
      const { id: repoId = '', revision = '' } = (await found(repo)) ?? {}
      const target = { target: repo, repo, repoId, ref: 'main', revision, task: 'tensors', file: 'model.onnx' }
      const [owner = '', name = ''] = repo.split('/')
      await createDeployment(table, { ...target, name, owner, createdAt: '', createdBy: 'admin' })
    }
    await deploy('acme/one')
    await deploy('acme/two')
    await run('backup')
    for (const name of ['one', 'two']) {
      const item = await getDeployment(table, name)
      if (item !== undefined) await deleteDeployment(table, item)
    }
    await remove('acme/one')
    await registry.ingest()
    await run('restore', { mode: 'merge' })
    expect(await getDeployment(table, 'one')).toBeUndefined()
    expect(await getDeployment(table, 'two')).toMatchObject({ name: 'two', isPaused: true })
    expect(await check()).toEqual([])
  })

  it('shows a repo nowhere that it left since: no longer public, or called otherwise', async () => {
    await run('backup')
    await registry.hub('/api/models/acme/one/settings', 'PUT', { private: true })
    await registry.hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'acme/three' })
    await registry.ingest()
    await run('restore', { mode: 'merge' })
    expect(await listed()).toEqual(['acme/one', 'acme/three'])
    expect(await check()).toEqual([])
  })

  it('brings a repo back whole that was removed for good since, and counts it', async () => {
    await run('backup', { objects: true })
    await remove('acme/one')
    await registry.maintenance({ now: () => new Date(Date.now() + 31 * day) }).run('gc')
    expect(await found('acme/one')).toBeUndefined()
    await run('restore', { mode: 'merge', objects: true })
    expect(await listed()).toEqual(['acme/one', 'acme/two'])
    // A collection removed its manifests with it.
    expect((await check({ repair: true })).filter((finding) => !/manifest-missing /.test(finding))).toEqual([])
    expect(await check()).toEqual([])
  })

  it('leaves the name of a repo to the one that has it by now', async () => {
    await run('backup')
    await loseTable()
    await registry.repo('acme/one')
    const anew = await found('acme/one')
    await run('restore', { mode: 'merge' })
    expect(await found('acme/one')).toEqual(anew)
    expect(await listed()).toEqual(['acme/one', 'acme/two'])
    // The other one is in the bucket still, and comes once this one is called otherwise.
    expect((await check({ repair: true })).filter((finding) => !/^revision-/.test(finding))).toEqual([
      'repo-missing acme/one',
    ])
    await registry.hub('/api/repos/move', 'POST', { fromRepo: 'acme/one', toRepo: 'acme/anew' })
    await check({ repair: true })
    await check({ repair: true })
    expect(await listed()).toEqual(['acme/anew', 'acme/one', 'acme/two'])
    expect(await check()).toEqual([])
  })
})

describe('a restore of an older backup', () => {
  async function commit(repo: string, path: string) {
    const lines = [
      { key: 'header', value: { summary: path } },
      { key: 'file', value: { path, content: path } },
    ]
    const body = lines.map((line) => JSON.stringify(line)).join('\n')
    await registry.hub(`/api/models/${repo}/commit/main`, 'POST', body)
    await registry.ingest()
  }
  const revisionsOf = async (repoId = '') => {
    const revisions = await Array.fromAsync(allRevisions(registry.database.table, repoId))
    return revisions.map(({ title }) => title).toSorted()
  }

  it.each([[undefined], ['merge' as const]])(
    'brings back too, where the table was lost, what repos got since: mode %s',
    async (mode) => {
      const { table } = registry.database
      await registry.repo('acme/open', {}, { private: false })
      await run('backup')
      for (const path of ['later.txt', 'last.txt']) await commit('acme/one', path)
      await registry.hub('/api/models/acme/one/tag/main', 'POST', { tag: 'v1' })
      await registry.hub('/api/models/acme/open/settings', 'PUT', { private: true })
      await registry.hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'acme/moved' })
      await remove('acme/open')
      await registry.ingest()
      const [one, open] = [await found('acme/one'), await findRepo(table, { name: 'acme/open', withDeleted: true })]
      const before = await revisionsOf(one?.id)
      await loseTable()
      const restored = registry.maintenance()
      expect((await restored.run('restore', mode && { mode })).counts).toMatchObject({ reposBroughtForward: 3 })
      await registry.ingest(restored.asked)
      expect((await found('acme/one'))?.revision).toBe(one?.revision)
      expect(await revisionsOf(one?.id)).toEqual(before)
      expect((await getRef(table, { repoId: one?.id ?? '', kind: 'tag', name: 'v1' }))?.revision).toBe(one?.revision)
      expect((await getRepo(table, open?.id ?? ''))?.visibility).toBe('private')
      expect((await getRepo(table, open?.id ?? ''))?.deletedAt).toBe(open?.deletedAt)
      expect(await listed()).toEqual(['acme/moved', 'acme/one'])
      expect((await found('acme/two'))?.name).toBe('moved')
      await check({ repair: true })
      await commit('acme/one', 'after.txt')
      expect(await check()).toEqual([])
    },
  )

  it('that replaces leaves the bucket what it says of a revision that the backup names and could not save yet', async () => {
    const one = await found('acme/one')
    const scan: TableScan = async (request) => {
      const page = await registry.database.pages(request)
      return { ...page, items: page.items.filter(({ sk }) => sk !== `REVISION#${one?.revision}`) }
    }
    await registry.maintenance({ scan }).run('backup')
    await run('restore', { mode: 'replace' })
    await check({ repair: true })
    expect(await check()).toEqual([])
    expect(await getRevision(registry.database.table, one?.id ?? '', one?.revision ?? '')).toBeDefined()
  })

  it('that replaces leaves nothing of what came since, and counts the changes of repos on', async () => {
    await run('backup')
    const before = await found('acme/one')
    const commits = await revisionsOf(before?.id)
    await commit('acme/one', 'later.txt')
    const later = await found('acme/one')
    await run('restore', { mode: 'replace' })
    const after = await found('acme/one')
    expect([after?.revision, await revisionsOf(before?.id)]).toEqual([before?.revision, commits])
    expect(after?.version).toBeGreaterThan(later?.version ?? Number.POSITIVE_INFINITY)
    expect(await check({ repair: true })).toEqual(['repo-manifest-stale acme/one'])
    expect([await check(), await revisionsOf(before?.id)]).toEqual([[], commits])
  })
})

describe('a restore that replaces', () => {
  it('takes what the bucket has of the repos along that it replaces, so that no check misses them', async () => {
    await run('backup')
    await loseTable()
    await registry.repo('acme/one')
    const anew = await found('acme/one')
    expect((await run('restore')).failure).toMatchObject({
      code: 'registry_not_empty',
      message: expect.stringMatching(/--replace the backup takes the place .* --merge what is there stays/),
    })
    expect((await run('restore', { mode: 'replace' })).state).toBe('DONE')
    expect((await found('acme/one'))?.id).not.toBe(anew?.id)
    expect((await registry.objects.list({ prefix: `manifests/${anew?.id}/` })).objects).toEqual([])
    expect(await check()).toEqual([])
  })

  it('leaves what the bucket has of repos that were lost, so that a check brings them back', async () => {
    await run('backup')
    await registry.repo('acme/later')
    const later = await found('acme/later')
    await loseTable()
    await registry.repo('acme/one')
    await run('restore', { mode: 'replace' })
    expect(await registry.objects.head({ key: objectKeys.repoManifest(later?.id ?? '') })).toBeDefined()
    expect(await check({ repair: true })).toContain('repo-missing acme/later')
    expect(await listed()).toEqual(['acme/later', 'acme/one', 'acme/two'])
  })
})

describe('a restore that goes on where whoever worked on it died', () => {
  /** Restores with a worker that dies at every third write, and another one after it. */
  async function dying(options: MaintenanceOptions, prepare: () => Promise<void>) {
    let at = 1
    for (let hasDied = true; hasDied; at += 3) {
      await prepare()
      const fuse = new Fuse({ at, writes: at % 2 === 0, dies: true })
      let moment = Date.now() + 3_600_000
      const now = () => new Date(moment)
      const table = fuse.table(registry.database.table)
      const mortal = registry.maintenance({ table, objects: fuse.objects(registry.objects), now })
      await mortal.start('restore', options).catch(() => {})
      await mortal.step().catch(() => {})
      hasDied = fuse.isDead
      moment += 20 * 60_000
      const heir = registry.maintenance({ now })
      if (hasDied) expect((await heir.run('restore', options)).state, `died at write ${at}`).toBe('DONE')
      expect(await listed(), `died at write ${at}`).toEqual(['acme/one', 'acme/two'])
      expect(await check(), `died at write ${at}`).toEqual([])
    }
    return at
  }

  it('has added every repo whole, and counted it', { timeout: 120_000 }, async () => {
    await run('backup')
    expect(await dying({ mode: 'merge' }, loseTable)).toBeGreaterThan(30)
  })

  it('has left nothing of what it replaced', { timeout: 120_000 }, async () => {
    await run('backup')
    expect(await dying({ mode: 'replace' }, () => registry.repo('acme/later'))).toBeGreaterThan(12)
  })
})

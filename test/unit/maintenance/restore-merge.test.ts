import { describe, expect, it } from 'vitest'
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
import { useRestores } from './support/use-restores.ts'

const day = 86_400_000
const { registry, run, found, remove, listed, loseTable, check } = useRestores()

describe('a restore that merges', () => {
  it('leaves deleted repos deleted', async () => {
    await run('backup')
    await remove('acme/one')
    await registry().ingest()
    expect((await run('restore', { mode: 'merge' })).state).toBe('DONE')
    expect(await listed()).toEqual(['acme/two'])
    expect(await check()).toEqual([])
  })

  it('does not restore removed members and invitations', async () => {
    const { table } = registry().database
    const lab: OwnerItem = { name: 'Lab', kind: 'organisation', createdAt: '', createdBy: 'user_ada', admins: 0 }
    const member = (userId: string): MemberItem => ({
      ...{ owner: 'Lab', userId, username: userId, role: 'admin', addedAt: '' },
    })
    for (const id of ['user_ada', 'user_bob']) await table.put({ ...keys.user(id), id })
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

    // All members return to an organisation that was lost and recreated by a dropped file.
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

  it('restores a deleted deployment paused, and not at all if its repo is deleted', async () => {
    const { table } = registry().database
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
    await registry().ingest()
    await run('restore', { mode: 'merge' })
    expect(await getDeployment(table, 'one')).toBeUndefined()
    expect(await getDeployment(table, 'two')).toMatchObject({ name: 'two', isPaused: true })
    expect(await check()).toEqual([])
  })

  it('restores no outdated list entry of a repo that became private or was renamed', async () => {
    await run('backup')
    await registry().hub('/api/models/acme/one/settings', 'PUT', { private: true })
    await registry().hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'acme/three' })
    await registry().ingest()
    await run('restore', { mode: 'merge' })
    expect(await listed()).toEqual(['acme/one', 'acme/three'])
    expect(await check()).toEqual([])
  })

  it('restores a purged repo completely, and counts it', async () => {
    await run('backup', { objects: true })
    await remove('acme/one')
    await registry()
      .maintenance({ now: () => new Date(Date.now() + 31 * day) })
      .run('gc')
    expect(await found('acme/one')).toBeUndefined()
    await run('restore', { mode: 'merge', objects: true })
    expect(await listed()).toEqual(['acme/one', 'acme/two'])
    // The collection deleted its manifests.
    expect((await check({ repair: true })).filter((finding) => !/manifest-missing /.test(finding))).toEqual([])
    expect(await check()).toEqual([])
  })

  it('leaves a name to the repo that has it now', async () => {
    await run('backup')
    await loseTable()
    await registry().repo('acme/one')
    const anew = await found('acme/one')
    await run('restore', { mode: 'merge' })
    expect(await found('acme/one')).toEqual(anew)
    expect(await listed()).toEqual(['acme/one', 'acme/two'])
    // The other one is still in the bucket, and is restored once this one has another name.
    expect((await check({ repair: true })).filter((finding) => !/^revision-/.test(finding))).toEqual([
      'repo-missing acme/one',
    ])
    await registry().hub('/api/repos/move', 'POST', { fromRepo: 'acme/one', toRepo: 'acme/anew' })
    await check({ repair: true })
    await check({ repair: true })
    expect(await listed()).toEqual(['acme/anew', 'acme/one', 'acme/two'])
    expect(await check()).toEqual([])
  })
})

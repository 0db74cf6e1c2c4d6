import { describe, expect, it } from 'vitest'
import { type ApiKeyItem, createApiKey, findApiKey } from '../../../shared/table/api-keys.ts'
import { deleteDeployment } from '../../../shared/table/deployment-deletion.ts'
import { createDeployment, getDeployment } from '../../../shared/table/deployments.ts'
import { keys } from '../../../shared/table/keys.ts'
import { createOrganisation, listMemberships, putMember } from '../../../shared/table/members.ts'
import { deleteOrganisation } from '../../../shared/table/organisation-deletion.ts'
import { ensureOrganisation, findOwner, type MemberItem, type OwnerItem } from '../../../shared/table/owners.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { ensureAdminUser, userCreation } from '../../../shared/table/user-creation.ts'
import { findIdentity, type UserItem } from '../../../shared/table/users.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, remove, loseTable, check } = useRestores()

const userOf = (id: string, username: string): UserItem => ({
  ...{ id, username, email: `${id}@example.com`, role: 'member', createdAt: '2026-11-01T00:00:00.000Z' },
})
const register = (user: UserItem) =>
  registry().database.table.transact(userCreation({ user, passwordHash: 'hash', isFirst: false }))

describe('a restore that merges', () => {
  it('does not make members of a deleted organisation members of a user with its name', async () => {
    const { table } = registry().database
    await register(userOf('user_ada', 'ada'))
    const lab: OwnerItem = { name: 'lab', kind: 'organisation', createdAt: '', createdBy: 'user_ada', admins: 1 }
    const first: MemberItem = { owner: 'lab', userId: 'user_ada', username: 'ada', role: 'admin', addedAt: '' }
    await createOrganisation(table, { owner: lab, first })
    await run('backup')
    expect(await deleteOrganisation(table, { owner: lab, now: new Date() })).toBe(true)
    await register(userOf('user_eve', 'lab'))
    await run('restore', { mode: 'merge' })
    expect(await findOwner(table, 'lab')).toMatchObject({ kind: 'user', userId: 'user_eve' })
    expect((await listMemberships(table, { userId: 'user_ada', limit: 9 })).items).toEqual([])
  })

  it('restores no user whose name another user has now, nor their keys', async () => {
    const { table } = registry().database
    await register(userOf('user_ada', 'ada'))
    await register(userOf('user_bob', 'bob'))
    const key: ApiKeyItem = { id: 'key_1', sha256: 'ab', name: '', userId: 'user_ada', scopes: ['read'], createdAt: '' }
    await createApiKey(table, key)
    await createApiKey(table, { ...key, sha256: 'cd', userId: 'user_bob' })
    const lab: OwnerItem = { name: 'lab', kind: 'organisation', createdAt: '', createdBy: 'user_ada', admins: 1 }
    const member: MemberItem = { owner: 'lab', userId: 'user_ada', username: 'ada', role: 'admin', addedAt: '' }
    await createOrganisation(table, { owner: lab, first: member })
    await putMember(table, { owner: lab, member: { ...member, userId: 'user_bob', username: 'bob' } })
    await run('backup')
    await loseTable()
    await register(userOf('user_new', 'Ada'))
    await run('restore', { mode: 'merge' })
    expect(await findOwner(table, 'ada')).toMatchObject({ userId: 'user_new' })
    expect(await findIdentity(table, 'user_ada')).toBeUndefined()
    expect(await findApiKey(table, 'ab')).toBeUndefined()
    expect(await table.get(keys.email('user_ada@example.com'))).toBeUndefined()
    // A user whose name is free is restored completely.
    expect((await findIdentity(table, 'user_bob'))?.memberships).toMatchObject([{ owner: 'lab', role: 'admin' }])
    expect(await findApiKey(table, 'cd')).toBeDefined()
    expect(await table.get(keys.email('user_bob@example.com'))).toMatchObject({ userId: 'user_bob' })
    expect(await findOwner(table, 'lab')).toMatchObject({ admins: 1 })
  })
})

it('a restore that merges restores a user whose namespace a dropped file recreated', async () => {
  const { table } = registry().database
  await register(userOf('user_ada', 'ada'))
  await run('backup')
  await loseTable()
  await ensureOrganisation(table, { name: 'ada', createdBy: 'drop', now: new Date() })
  await run('restore', { mode: 'merge' })
  expect(await findIdentity(table, 'user_ada')).toBeDefined()
  expect(await findOwner(table, 'ada')).toMatchObject({ kind: 'user', userId: 'user_ada' })
})

describe('a restore that merges into a namespace with a new owner', () => {
  const now = () => new Date()

  it('restores no purged repo and no deployment of the former owner', async () => {
    const { table } = registry().database
    await registry().repo('lab/secret')
    const { id: repoId = '', revision = '' } = (await found('lab/secret')) ?? {}
    const serves = {
      target: 'lab/secret',
      repo: 'lab/secret',
      repoId,
      ref: 'main',
      revision,
      task: 'tensors',
      file: '',
    }
    const item = { ...serves, name: 'secret', owner: 'lab', createdAt: '', createdBy: 'admin' }
    await createDeployment(table, item)
    const one = await found('acme/one')
    const ofAcme = { ...item, repoId: one?.id ?? '', repo: 'acme/one', revision: one?.revision ?? '', name: 'of-acme' }
    await createDeployment(table, ofAcme)
    await registry().maintenance({ now }).run('backup', { objects: true })
    for (const deployment of [item, ofAcme]) await deleteDeployment(table, deployment)
    await remove('lab/secret')
    await registry().ingest()
    const month = () => new Date(Date.now() + 31 * 86_400_000)
    for (let round = 0; round < 3; round++) await registry().maintenance({ now: month }).run('gc')
    expect(await findOwner(table, 'lab')).toBeUndefined()
    await register({ ...userOf('user_eve', 'lab'), createdAt: now().toISOString() })
    expect((await run('restore', { mode: 'merge' })).state).toBe('DONE')
    expect(await found('lab/secret')).toBeUndefined()
    expect(await getDeployment(table, 'secret')).toBeUndefined()
    expect(await getDeployment(table, 'of-acme')).toBeUndefined()
  })

  it('restores the repos that were lost with the table, because the same owner registered again', async () => {
    await registry().repo('lab/own')
    await registry().maintenance({ now }).run('backup')
    await loseTable()
    await register({ ...userOf('user_ada', 'lab'), createdAt: now().toISOString() })
    await run('restore', { mode: 'merge' })
    expect(await found('lab/own')).toBeDefined()
  })
})

describe('a restore after the loss of the table', () => {
  it('keeps a later namespace with a repo from being registered by a stranger', async () => {
    const { table } = registry().database
    await run('backup')
    await registry().hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'newco/two' })
    await registry().ingest()
    await loseTable()
    await run('restore')
    expect(await found('newco/two')).toBeDefined()
    await expect(register(userOf('user_eve', 'newco'))).rejects.toThrow(ConditionFailed)
    expect(await findOwner(table, 'newco')).toMatchObject({ kind: 'organisation', admins: 0 })
    // A collection must not remove it as empty, although its repo was never counted.
    await registry()
      .maintenance({ now: () => new Date(Date.now() + 2 * 86_400_000) })
      .run('gc')
    await expect(register(userOf('user_eve', 'newco'))).rejects.toThrow(ConditionFailed)
  })
})

it('a check that restores repos reserves their lost namespace for an account that an admin creates', async () => {
  const { table } = registry().database
  await loseTable()
  await check({ repair: true })
  expect(await found('acme/one')).toMatchObject({ visibility: 'private' })
  await expect(register(userOf('user_eve', 'acme'))).rejects.toThrow(ConditionFailed)
  await register({ ...userOf('user_ada', 'acme'), createdBy: 'admin' })
  expect(await findOwner(table, 'acme')).toMatchObject({ kind: 'user', userId: 'user_ada' })
  await expect(register({ ...userOf('user_bob', 'acme'), createdBy: 'admin' })).rejects.toThrow(ConditionFailed)
})

it("a check that restores repos leaves the server's own admin its namespace", async () => {
  const { table } = registry().database
  await registry().repo('admin/own')
  await loseTable()
  await check({ repair: true })
  await ensureAdminUser({ table, now: new Date() })
  expect(await findOwner(table, 'admin')).toMatchObject({ kind: 'user', userId: 'admin' })
})

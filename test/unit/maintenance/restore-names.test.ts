import { describe, expect, it } from 'vitest'
import { type ApiKeyItem, createApiKey, findApiKey } from '../../../shared/table/api-keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import { createOrganisation, listMemberships, putMember } from '../../../shared/table/members.ts'
import { deleteOrganisation } from '../../../shared/table/organisation-deletion.ts'
import { findOwner, type MemberItem, type OwnerItem } from '../../../shared/table/owners.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { userCreation } from '../../../shared/table/user-creation.ts'
import { findIdentity, type UserItem } from '../../../shared/table/users.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, loseTable } = useRestores()

const userOf = (id: string, username: string): UserItem => ({
  ...{ id, username, email: `${id}@example.com`, role: 'member', createdAt: '2026-11-01T00:00:00.000Z' },
})
const register = (user: UserItem) =>
  registry().database.table.transact(userCreation({ user, passwordHash: 'hash', isFirst: false }))

describe('a restore that merges', () => {
  it('lets nobody who was in an organisation that is gone into what a user has by its name', async () => {
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

  it('brings no user back whose name is another one’s by now, nor what it came in with', async () => {
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
    // Whoever has a name of its own is back with all of it.
    expect((await findIdentity(table, 'user_bob'))?.memberships).toMatchObject([{ owner: 'lab', role: 'admin' }])
    expect(await findApiKey(table, 'cd')).toBeDefined()
    expect(await table.get(keys.email('user_bob@example.com'))).toMatchObject({ userId: 'user_bob' })
    expect(await findOwner(table, 'lab')).toMatchObject({ admins: 1 })
  })
})

describe('a restore after the loss of a table', () => {
  it('leaves a namespace that came since, and has a repo, to nobody who registers by its name', async () => {
    const { table } = registry().database
    await run('backup')
    await registry().hub('/api/repos/move', 'POST', { fromRepo: 'acme/two', toRepo: 'newco/two' })
    await registry().ingest()
    await loseTable()
    await run('restore')
    expect(await found('newco/two')).toBeDefined()
    await expect(register(userOf('user_eve', 'newco'))).rejects.toThrow(ConditionFailed)
    expect(await findOwner(table, 'newco')).toMatchObject({ kind: 'organisation', admins: 0 })
  })
})

import { describe, expect, it } from 'vitest'
import { createOrganisation, listMemberships } from '../../../shared/table/members.ts'
import { deleteOrganisation } from '../../../shared/table/organisation-deletion.ts'
import { findOwner, type MemberItem, type OwnerItem } from '../../../shared/table/owners.ts'
import { userCreation } from '../../../shared/table/user-creation.ts'
import type { UserItem } from '../../../shared/table/users.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run } = useRestores()

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
})

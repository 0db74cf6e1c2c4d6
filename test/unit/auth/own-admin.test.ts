import { describe, expect, it } from 'vitest'
import { ensureOwner } from '../../../shared/auth/ensure-owner.ts'
import { bootstrapAdmin } from '../../../shared/auth/verify.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ensureAdminUser } from '../../../shared/table/user-creation.ts'
import { startAuthHost } from './support/auth-host.ts'

describe('the admin that a server makes for itself', () => {
  it('is made once, with its namespace and as the first user, and as often as one likes', async () => {
    const fresh = await startAuthHost({ hasAdminKey: false })
    const { table } = fresh
    await Promise.all(Array.from({ length: 5 }, () => ensureAdminUser({ table, now: fresh.now() })))
    expect((await fresh.scan()).map(({ pk }) => pk).toSorted()).toEqual(['FIRST#', 'OWNER#admin', 'USER#admin'])
    expect((await fresh.register('eve')).body.error.code).toBe('registration_closed')
    expect((await fresh.login('admin')).status).toBe(401)
    await fresh.close()
  })

  it('is made also where an earlier version left one without a name, or the bootstrap key’s namespace', async () => {
    const fresh = await startAuthHost()
    const { table } = fresh
    await table.put({ ...keys.user('admin'), id: 'admin', role: 'admin', createdAt: 'then' })
    await ensureAdminUser({ table, now: fresh.now() })
    expect(await table.get(keys.user('admin'))).toMatchObject({ username: 'admin' })
    await fresh.close()
    const second = await startAuthHost()
    await ensureOwner({ table: second.table, principal: bootstrapAdmin, owner: 'admin', now: second.now() })
    await ensureAdminUser({ table: second.table, now: second.now() })
    expect(await second.table.get(keys.user('admin'))).toMatchObject({ username: 'admin' })
    await second.close()
  })
})

import { describe, expect, it } from 'vitest'
import { type Access, judgeAccess, requireAccess } from '../../../shared/auth/authorize.ts'
import { assertScope } from '../../../shared/auth/middleware.ts'
import { requireAccount, requirePlatformAdmin } from '../../../shared/auth/platform-admin.ts'
import type { OwnerRole, Principal, Scope } from '../../../shared/auth/principal.ts'
import { readableOwners, visibleAudiences } from '../../../shared/auth/visible-repos.ts'
import type { AppError } from '../../../shared/errors.ts'

const member = (overrides: Partial<Principal> = {}): Principal => ({
  userId: 'usr_1',
  username: 'Ada',
  role: 'member',
  keyId: 'key_1',
  scopes: ['read', 'write', 'infer'],
  owners: {},
  ...overrides,
})
const accesses: Access[] = ['read', 'infer', 'write', 'admin']
const granted = (principal: Principal | undefined, resource: Parameters<typeof judgeAccess>[2]) =>
  accesses.filter((access) => judgeAccess(principal, access, resource) === 'granted')

describe('access control', () => {
  it('lets a stranger read public repos, and hides all others', () => {
    expect(granted(undefined, { owner: 'team', visibility: 'public' })).toEqual(['read'])
    expect(judgeAccess(undefined, 'read', { owner: 'team', visibility: 'private' })).toBe('hidden')
    expect(judgeAccess(undefined, 'write', { owner: 'team', visibility: 'public' })).toBe('hidden')
  })

  it.each<[OwnerRole | undefined, Access[]]>([
    [undefined, []],
    ['read', ['read', 'infer']],
    ['write', ['read', 'infer', 'write']],
    ['admin', ['read', 'infer', 'write', 'admin']],
  ])('gives the role %s in an organisation the access %j', (role, expected) => {
    const principal = member({ owners: role === undefined ? {} : { team: role } })
    expect(granted(principal, { owner: 'Team', visibility: 'private' })).toEqual(expected)
  })

  it('makes every user admin of their own namespace, in any case', () => {
    expect(granted(member(), { owner: 'aDA', visibility: 'private' })).toEqual(accesses)
  })

  it.each<[Scope, Access[]]>([
    ['read', ['read']],
    ['infer', ['infer']],
    ['write', ['read', 'write', 'admin']],
    ['admin', accesses],
  ])('limits a key with only the scope %s to %j in its own namespace', (scope, expected) => {
    expect(granted(member({ scopes: [scope] }), { owner: 'ada', visibility: 'private' })).toEqual(expected)
  })

  it('names a missing scope only to those who may know that the resource exists', () => {
    const infers = member({ scopes: ['infer'] })
    expect(judgeAccess(infers, 'write', { owner: 'ada' })).toEqual({ missingScope: 'write' })
    expect(judgeAccess(infers, 'write', { owner: 'team' })).toBe('hidden')
  })

  it.each<[Scope[], Scope, string]>([
    [['read'], 'infer', '--scope read --scope infer'],
    [['read', 'infer'], 'write', '--scope write --scope infer'],
    [['infer'], 'read', '--scope read --scope infer'],
    [['write', 'infer'], 'admin', '--scope admin'],
  ])('suggests a command for a new key if one with %j lacks %s', (held, wanted, options) => {
    const lacking = () => assertScope(member({ scopes: held }), wanted)
    expect(lacking).toThrow(`lacks the scope "${wanted}"`)
    expect(lacking).toThrow(new RegExp(`: npx slipway keys create NAME ${options}$`))
  })

  it('answers a low role with forbidden, and hides what may not be seen', () => {
    const reader = member({ owners: { team: 'read' } })
    expect(judgeAccess(reader, 'write', { owner: 'team' })).toBe('forbidden')
    expect(judgeAccess(member(), 'write', { owner: 'team', visibility: 'public' })).toBe('forbidden')
    const ask = (principal: Principal | undefined) => () =>
      requireAccess({ principal, access: 'write', resource: { owner: 'team' }, hidden: () => new Error('hidden') })
    expect(ask(undefined)).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
    expect(ask(member())).toThrow('hidden')
    expect(ask(reader)).toThrow(expect.objectContaining({ code: 'forbidden' }))
    expect(ask({ ...reader, scopes: ['read'] })).toThrow(expect.objectContaining({ code: 'missing_scope' }))
    expect(ask(member({ owners: { team: 'write' } }))).not.toThrow()
  })

  it('limits a key for one owner to that owner, even of an admin', () => {
    const principal = member({ role: 'admin', limit: { owner: 'Team' } })
    expect(granted(principal, { owner: 'team' })).toEqual(accesses)
    expect(granted(principal, { owner: 'ada' })).toEqual([])
  })

  it('limits a key for one repo to that repo, without its namespace', () => {
    const principal = member({ limit: { repoId: 'r1' } })
    expect(granted(principal, { owner: 'ada', repoId: 'r1' })).toEqual(accesses)
    expect(granted(principal, { owner: 'ada', repoId: 'r2' })).toEqual([])
    expect(granted(principal, { owner: 'ada' })).toEqual([])
  })

  it('blames the limit of a key if its user would have access, and the role otherwise', () => {
    const visibility = 'public'
    const refused = (principal: Principal, resource: { owner: string; visibility?: 'public' }) => () =>
      requireAccess({ principal, access: 'admin', resource, hidden: () => new Error('hidden') })
    const ofRepo = member({ role: 'admin', limit: { repoId: 'r1', repo: 'team/one' } })
    const message = expect.stringContaining('This API key is limited to team/one')
    expect(refused(ofRepo, { owner: 'team', visibility })).toThrow(
      expect.objectContaining({ code: 'limited_key', message }),
    )
    const ofOwner = member({ limit: { owner: 'lab' }, owners: { team: 'admin', lab: 'read' } })
    expect(refused(ofOwner, { owner: 'team', visibility })).toThrow(
      expect.objectContaining({
        code: 'limited_key',
        message: expect.stringContaining('This API key is limited to lab'),
      }),
    )
    expect(refused(ofOwner, { owner: 'other', visibility })).toThrow(expect.objectContaining({ code: 'forbidden' }))
    expect(refused(ofOwner, { owner: 'lab' })).toThrow(expect.objectContaining({ code: 'forbidden' }))
    // A key learns nothing about private repos outside its limit.
    expect(refused(ofRepo, { owner: 'team' })).toThrow('hidden')
  })

  it('does not mistake names of object properties for organisations', () => {
    for (const owner of ['constructor', '__proto__', 'toString'])
      expect(judgeAccess(member(), 'read', { owner })).toBe('hidden')
  })
})

describe('actions on the whole platform', () => {
  const codeOf = (act: () => void) => {
    try {
      act()
      return 'allowed'
    } catch (error) {
      return (error as AppError).code
    }
  }

  it.each<[string, Partial<Principal>, { account: string; platform: string }]>([
    ["an admin's session", { role: 'admin', scopes: ['admin'] }, { account: 'allowed', platform: 'allowed' }],
    ["a member's session", { scopes: ['admin'] }, { account: 'allowed', platform: 'admin_only' }],
    [
      "an admin's key without the scope admin",
      { role: 'admin', scopes: ['read', 'write', 'infer'] },
      { account: 'missing_scope', platform: 'missing_scope' },
    ],
    [
      "an admin's key for one owner",
      { role: 'admin', scopes: ['admin'], limit: { owner: 'ada' } },
      { account: 'limited_key', platform: 'limited_key' },
    ],
  ])('and on an account by %s get the right verdict', (_whose, overrides, { account, platform }) => {
    expect(codeOf(() => requireAccount(member(overrides)))).toBe(account)
    expect(codeOf(() => requirePlatformAdmin(member(overrides)))).toBe(platform)
  })
})

describe('the repo lists that a caller may read', () => {
  it('are the public one and one per namespace', () => {
    const principal = member({ owners: { team: 'read', lab: 'admin' } })
    expect(visibleAudiences(principal)).toEqual(['public', { owner: 'Ada' }, { owner: 'team' }, { owner: 'lab' }])
    expect(visibleAudiences(undefined)).toEqual(['public'])
    expect(visibleAudiences(member({ role: 'admin' }))).toEqual(['all'])
  })

  it('are limited to public repos for a foreign owner', () => {
    expect(visibleAudiences(member(), 'team')).toEqual([{ publicOf: 'team' }])
    expect(visibleAudiences(undefined, 'team')).toEqual([{ publicOf: 'team' }])
    expect(visibleAudiences(member({ owners: { team: 'read' } }), 'team')).toEqual([{ owner: 'team' }])
  })

  it('belong to the owners whose imports and deployments the caller may see', () => {
    const owners = { team: 'read', lab: 'admin' } as const
    expect(readableOwners(member({ owners }))).toEqual(['Ada', 'team', 'lab'])
    expect(readableOwners(member({ owners, limit: { owner: 'Lab' } }))).toEqual(['lab'])
    expect(readableOwners(member({ owners, limit: { owner: 'other' } }))).toEqual([])
    expect(readableOwners(member({ owners, limit: { repoId: 'r1' } }))).toEqual([])
    expect(readableOwners(member({ role: 'admin' }))).toEqual([undefined])
    expect(readableOwners(member({ role: 'admin', limit: { owner: 'team' } }))).toEqual(['team'])
  })

  it('include nothing private for a key without the read scope or for one repo', () => {
    expect(visibleAudiences(member({ scopes: ['infer'] }))).toEqual(['public'])
    expect(visibleAudiences(member({ limit: { repoId: 'r1' } }))).toEqual(['public'])
    expect(visibleAudiences(member({ limit: { owner: 'ada' } }))).toEqual(['public', { owner: 'ada' }])
  })
})

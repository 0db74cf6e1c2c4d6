import { describe, expect, it } from 'vitest'
import { type Access, judgeAccess, requireAccess } from '../../../shared/auth/authorize.ts'
import { assertScope } from '../../../shared/auth/middleware.ts'
import type { OwnerRole, Principal, Scope } from '../../../shared/auth/principal.ts'
import { visibleAudiences } from '../../../shared/auth/visible-repos.ts'

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

describe('who may do what', () => {
  it('lets a stranger read what is public, and know of nothing else', () => {
    expect(granted(undefined, { owner: 'team', visibility: 'public' })).toEqual(['read'])
    expect(judgeAccess(undefined, 'read', { owner: 'team', visibility: 'private' })).toBe('hidden')
    expect(judgeAccess(undefined, 'write', { owner: 'team', visibility: 'public' })).toBe('hidden')
  })

  it.each<[OwnerRole | undefined, Access[]]>([
    [undefined, []],
    ['read', ['read', 'infer']],
    ['write', ['read', 'infer', 'write']],
    ['admin', ['read', 'infer', 'write', 'admin']],
  ])('gives a member with the role %s in an organisation %j there', (role, expected) => {
    const principal = member({ owners: role === undefined ? {} : { team: role } })
    expect(granted(principal, { owner: 'Team', visibility: 'private' })).toEqual(expected)
  })

  it('makes everyone the admin of the own namespace, however its letters are cased', () => {
    expect(granted(member(), { owner: 'aDA', visibility: 'private' })).toEqual(accesses)
  })

  it.each<[Scope, Access[]]>([
    ['read', ['read']],
    ['infer', ['infer']],
    ['write', ['read', 'write', 'admin']],
    ['admin', accesses],
  ])('gives a key with only the scope %s no more than %j in its own namespace', (scope, expected) => {
    expect(granted(member({ scopes: [scope] }), { owner: 'ada', visibility: 'private' })).toEqual(expected)
  })

  it('says which scope is missing only to who may know of the thing', () => {
    const infers = member({ scopes: ['infer'] })
    expect(judgeAccess(infers, 'write', { owner: 'ada' })).toEqual({ missingScope: 'write' })
    expect(judgeAccess(infers, 'write', { owner: 'team' })).toBe('hidden')
  })

  it.each<[Scope[], Scope, string]>([
    [['read'], 'infer', '--scope read --scope infer'],
    [['read', 'infer'], 'write', '--scope write --scope infer'],
    [['infer'], 'read', '--scope read --scope infer'],
    [['write', 'infer'], 'admin', '--scope admin'],
  ])('tells a key with %j that lacks %s by which command one is made that has both', (held, wanted, options) => {
    const lacking = () => assertScope(member({ scopes: held }), wanted)
    expect(lacking).toThrow(`lacks the scope "${wanted}"`)
    expect(lacking).toThrow(new RegExp(`: npx slipway keys create NAME ${options}$`))
  })

  it('shows a role that is too low as forbidden, and what may not be seen as hidden', () => {
    const reader = member({ owners: { team: 'read' } })
    expect(judgeAccess(reader, 'write', { owner: 'team' })).toBe('forbidden')
    expect(judgeAccess(member(), 'write', { owner: 'team', visibility: 'public' })).toBe('forbidden')
    const ask = (principal: Principal | undefined) => () =>
      requireAccess({ principal, access: 'write', resource: { owner: 'team' }, hidden: () => new Error('hidden') })
    expect(ask(undefined)).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
    expect(ask(member())).toThrow('hidden')
    expect(ask(reader)).toThrow(expect.objectContaining({ code: 'forbidden' }))
  })

  it("keeps a key for one owner to that owner, an admin's too", () => {
    const principal = member({ role: 'admin', limit: { owner: 'Team' } })
    expect(granted(principal, { owner: 'team' })).toEqual(accesses)
    expect(granted(principal, { owner: 'ada' })).toEqual([])
  })

  it('keeps a key for one repo to that repo, and from its namespace', () => {
    const principal = member({ limit: { repoId: 'r1' } })
    expect(granted(principal, { owner: 'ada', repoId: 'r1' })).toEqual(accesses)
    expect(granted(principal, { owner: 'ada', repoId: 'r2' })).toEqual([])
    expect(granted(principal, { owner: 'ada' })).toEqual([])
  })

  it('tells a key that its limit is what is in the way, where its user may do it, and the role else', () => {
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
    // Nothing of what is private is told to a key that it is not for.
    expect(refused(ofRepo, { owner: 'team' })).toThrow('hidden')
  })

  it('does not take the names of objects for organisations', () => {
    for (const owner of ['constructor', '__proto__', 'toString'])
      expect(judgeAccess(member(), 'read', { owner })).toBe('hidden')
  })
})

describe('the lists that someone may see', () => {
  it('are one for each namespace and the public one', () => {
    const principal = member({ owners: { team: 'read', lab: 'admin' } })
    expect(visibleAudiences(principal)).toEqual(['public', { owner: 'Ada' }, { owner: 'team' }, { owner: 'lab' }])
    expect(visibleAudiences(undefined)).toEqual(['public'])
    expect(visibleAudiences(member({ role: 'admin' }))).toEqual(['all'])
  })

  it('are of a foreign owner what is public there', () => {
    expect(visibleAudiences(member(), 'team')).toEqual([{ publicOf: 'team' }])
    expect(visibleAudiences(undefined, 'team')).toEqual([{ publicOf: 'team' }])
    expect(visibleAudiences(member({ owners: { team: 'read' } }), 'team')).toEqual([{ owner: 'team' }])
  })

  it('hold nothing private for a key that may not read, or that is for one repo', () => {
    expect(visibleAudiences(member({ scopes: ['infer'] }))).toEqual(['public'])
    expect(visibleAudiences(member({ limit: { repoId: 'r1' } }))).toEqual(['public'])
    expect(visibleAudiences(member({ limit: { owner: 'ada' } }))).toEqual(['public', { owner: 'ada' }])
  })
})

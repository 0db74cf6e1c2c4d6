import type { Principal } from '../../../../shared/auth/principal.ts'

/** The principals of the tests, by their tokens. */
export const callers: Record<string, Principal> = {
  root: person('root', { role: 'admin' }),
  ada: person('ada', { owners: { lab: 'admin', team: 'write', club: 'read' } }),
  ben: person('ben', { owners: { lab: 'write' } }),
  eve: person('eve'),
  reader: person('ada', { owners: { lab: 'admin' }, scopes: ['read'] }),
}

function person(username: string, about: Partial<Principal> = {}): Principal {
  const all = ['read', 'write', 'infer'] as const
  return { userId: `user_${username}`, username, role: 'member', keyId: 'k', scopes: all, owners: {}, ...about }
}

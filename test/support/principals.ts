import type { Principal } from '../../shared/auth/principal.ts'

/** A user of its own namespace, with a key that may do everything the user may. */
export const member = (change: Partial<Principal> = {}): Principal => ({
  userId: 'u',
  username: 'u',
  role: 'member',
  keyId: 'k',
  scopes: ['admin'],
  owners: {},
  ...change,
})

/** An admin of the platform. */
export const admin = (change: Partial<Principal> = {}): Principal =>
  member({ userId: 'admin', username: 'admin', role: 'admin', ...change })

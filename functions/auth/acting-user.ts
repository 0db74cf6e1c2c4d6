import type { Principal } from '../../shared/auth/principal.ts'
import { bootstrapAdmin } from '../../shared/auth/verify.ts'
import { ensureAdminUser } from '../../shared/table/user-creation.ts'
import type { AuthParts } from './parts.ts'

/** Whoever makes something that is to be a user's; the admin of a deployment's key is made a user by then. */
export async function actingUser(
  { table, now }: Pick<AuthParts, 'table' | 'now'>,
  principal: Principal,
): Promise<Principal> {
  if (principal.keyId === bootstrapAdmin.keyId) await ensureAdminUser({ table, now: now() })
  return principal
}

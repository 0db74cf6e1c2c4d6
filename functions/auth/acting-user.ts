import type { Principal } from '../../shared/auth/principal.ts'
import { bootstrapAdmin } from '../../shared/auth/verify.ts'
import { ensureAdminUser } from '../../shared/table/user-creation.ts'
import type { AuthParts } from './parts.ts'

/** The user who creates something to own; creates the user of the installation's own admin key if needed. */
export async function actingUser(
  { table, now }: Pick<AuthParts, 'table' | 'now'>,
  principal: Principal,
): Promise<Principal> {
  if (principal.keyId === bootstrapAdmin.keyId) await ensureAdminUser({ table, now: now() })
  return principal
}

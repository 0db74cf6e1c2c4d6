import type { z } from 'zod'
import { requirePlatformAdmin } from '../../shared/auth/platform-admin.ts'
import { hashToken } from '../../shared/auth/token.ts'
import type { register } from '../../shared/contract/auth.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { callerAddress, callerNetwork } from '../../shared/http/caller-address.ts'
import { parseNewOwnerName } from '../../shared/model/owner-name.ts'
import { findInvitation, type InvitationItem, useInvitation } from '../../shared/table/invitations.ts'
import { keys } from '../../shared/table/keys.ts'
import { findOwner, isWithoutPeople } from '../../shared/table/owners.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import { userCreation } from '../../shared/table/user-creation.ts'
import { newUserId, type UserItem } from '../../shared/table/users.ts'
import { limitRegistration } from './login-limits.ts'
import type { AuthApp, AuthParts } from './parts.ts'
import { toUser } from './user-answer.ts'
import { refuseWeakPassword } from './weak-password.ts'

export function addRegisterRoute(app: AuthApp, parts: AuthParts) {
  const { table, now } = parts

  app.openapi(routes.register, async (context) => {
    const request = context.req.valid('json')
    const principal = context.get('principal')
    if (principal !== undefined) requirePlatformAdmin(principal)
    const right = await rightToRegister(parts, { request, isAdmin: principal !== undefined })
    const address = callerAddress(context)
    if (principal === undefined)
      await limitRegistration(table, { address: address && callerNetwork(address), now: now() })
    const user = await createUser(parts, { request, right, createdBy: principal?.userId })
    return context.json(toUser(user), 201)
  })
}

/** Why somebody may register: as the first user, by invitation, by the registration setting, or through an admin. */
interface Right {
  role: UserItem['role']
  isFirst: boolean
  invitation?: InvitationItem | undefined
}

interface Asked {
  request: z.output<typeof register>
  isAdmin: boolean
}

/** @throws AppError `registration_closed`, `invitation_needed`, `invitation_invalid` */
async function rightToRegister(parts: AuthParts, { request, isAdmin }: Asked): Promise<Right> {
  const { table, registration, hasAdminKey, now } = parts
  if (isAdmin) return { role: 'member', isFirst: false }
  if (!hasAdminKey && (await table.get(keys.firstUser)) === undefined) return { role: 'admin', isFirst: true }
  if (registration === 'closed') throw errors.registrationClosed()
  if (request.invitation === undefined) {
    if (registration === 'invitation') throw errors.invitationNeeded()
    return { role: 'member', isFirst: false }
  }
  const invitation = await findInvitation(table, hashToken(request.invitation))
  if (invitation === undefined || !isGood(invitation, request.email, now())) throw errors.invitationInvalid()
  return { role: invitation.role, isFirst: false, invitation }
}

const isGood = ({ usedAt, validUntil, email }: InvitationItem, given: string, now: Date): boolean =>
  usedAt === undefined &&
  new Date(validUntil) > now &&
  (email === undefined || email.toLowerCase() === given.toLowerCase())

interface NewUser {
  request: z.output<typeof register>
  right: Right
  createdBy: string | undefined
}

/** @throws AppError `name_taken`, `email_taken`, `name_reserved`, `weak_password`, `invitation_invalid` */
async function createUser(parts: AuthParts, { request, right, createdBy }: NewUser): Promise<UserItem> {
  const { table, passwords, now } = parts
  const { username, email, password } = request
  parseNewOwnerName(username, 'username')
  refuseWeakPassword(password, { username, email, param: 'password' })
  // Checked before hashing, to save the work; the transaction decides.
  await refuseTaken(table, request, createdBy)
  const passwordHash = await passwords.hash(password)
  const at = now()
  const id = newUserId()
  const { role, isFirst, invitation } = right
  const user: UserItem = { id, username, email, role, createdAt: at.toISOString(), ...(createdBy && { createdBy }) }
  const used = invitation && useInvitation({ sha256: invitation.sha256, userId: id, now: at })
  try {
    await table.transact([...userCreation({ user, passwordHash, isFirst }), ...(used ? [used] : [])])
    return user
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    await refuseTaken(table, request, createdBy)
    if (invitation !== undefined) throw errors.invitationInvalid()
    // Somebody else was first, so the ordinary rules apply.
    if (isFirst)
      return createUser(parts, { request, createdBy, right: await rightToRegister(parts, { request, isAdmin: false }) })
    throw error
  }
}

async function refuseTaken(table: Table, { username, email }: Names, createdBy: string | undefined): Promise<void> {
  const owner = await findOwner(table, username)
  const isFree = owner === undefined || (createdBy !== undefined && isWithoutPeople(owner))
  if (!isFree) throw errors.nameTaken(username, 'username')
  if ((await table.get(keys.email(email))) !== undefined) throw errors.emailTaken()
}

type Names = Pick<NewUser['request'], 'username' | 'email'>

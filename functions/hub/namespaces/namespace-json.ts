import type { Context } from 'hono'
import { errors } from '../../../shared/errors.ts'
import { isOwnerName } from '../../../shared/model/owner-name.ts'

/** The name in the path. @throws AppError `owner_not_found` for one that nobody can have */
export function namespaceName(context: Context): string {
  const name = context.req.param('name') ?? ''
  if (!isOwnerName(name)) throw errors.ownerNotFound(name.slice(0, 200))
  return name
}

/** A user in the Hub's form. */
export const userJson = (name: string) => ({
  type: 'user' as const,
  user: name,
  fullname: name,
  avatarUrl: '',
  isPro: false,
})

/** An organisation in the Hub's form. */
export const organisationJson = (name: string) => ({ type: 'org' as const, name, fullname: name, avatarUrl: '' })

import type { OpenAPIHono } from '@hono/zod-openapi'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import type { Table } from '../../shared/table/table.ts'
import type { PasswordHasher } from './password-hash.ts'
import type { Signer } from './signer.ts'

/** Who may register without an admin. */
export const registrations = ['open', 'invitation', 'closed'] as const
export type Registration = (typeof registrations)[number]

export type AuthApp = OpenAPIHono<HttpEnvironment>

/** What the routes share. */
export interface AuthParts {
  table: Table
  passwords: PasswordHasher
  signer: Signer
  registration: Registration
  /** Whether the installation has an admin key; without one, the first to register becomes the admin. */
  hasAdminKey: boolean
  now: () => Date
}

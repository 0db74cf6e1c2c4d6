import { z } from '@hono/zod-openapi'
import { ownerRoles, scopes } from '../auth/principal.ts'
import { ownerPattern } from '../model/repo-id.ts'
import { plainText, timestamp } from './words.ts'

const userRoles = ['admin', 'member'] as const

export const ownerName = z
  .string()
  .regex(ownerPattern, 'must be 1 to 96 letters, digits, "-", "_" and "."')
  .openapi({ example: 'acme' })

const email = z
  .email('must be an e-mail address')
  .max(254)
  .openapi({ example: 'ada@example.com', description: 'Upper and lower case are the same.' })

/** Long enough to be worth a memory-hard hash, short enough that hashing it is no attack in itself. */
const password = plainText(256)
  .min(10, 'must have at least 10 characters')
  .openapi({ format: 'password', description: '10 to 256 characters of any kind.' })

export const user = z
  .object({
    id: z.string().openapi({ example: 'user_3f2a9c1d4e5b60718293a4b5' }),
    username: z.string().openapi({ example: 'ada' }),
    email: z.string().optional(),
    role: z.enum(userRoles),
    createdAt: timestamp,
    disabledAt: timestamp.optional(),
  })
  .openapi('User')

export const register = z
  .object({
    username: ownerName.openapi({ description: 'Also the name of the personal namespace.', example: 'ada' }),
    email,
    password,
    invitation: z
      .string()
      .max(200)
      .optional()
      .openapi({ description: 'Required where registration is by invitation.' }),
  })
  .strict()
  .openapi('Register')

export const login = z
  .object({
    login: z.string().min(1).max(254).openapi({ description: 'The username or the e-mail address.', example: 'ada' }),
    password: plainText(256).openapi({ format: 'password' }),
  })
  .strict()
  .openapi('Login')

const refreshToken = z.string().max(200).openapi({ example: 'rt_…' })

export const refresh = z.object({ refreshToken }).strict().openapi('Refresh')

export const logout = z.object({ refreshToken: refreshToken.optional() }).strict().openapi('Logout')

export const session = z
  .object({
    accessToken: z.string().openapi({ description: 'A signed JWT, to be sent as "Authorization: Bearer …".' }),
    tokenType: z.literal('Bearer'),
    expiresInSeconds: z.number().int().openapi({ description: 'How long the access token is valid.', example: 600 }),
    refreshToken: refreshToken.openapi({ description: 'Valid for one refresh, which returns the next one.' }),
    validUntil: timestamp.openapi({ description: 'When the session ends, even if it is refreshed.' }),
  })
  .openapi('Session')

export const changePassword = z
  .object({ currentPassword: plainText(256).openapi({ format: 'password' }), newPassword: password })
  .strict()
  .openapi('ChangePassword')

export const changeUser = z
  .object({
    role: z.enum(userRoles).optional(),
    disabled: z.boolean().optional().openapi({ description: '`true` refuses every key and session at once.' }),
    newPassword: password.optional().openapi({ description: 'A new password; ends every session of the user.' }),
  })
  .strict()
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'must change something')
  .openapi('ChangeUser', { minProperties: 1 })

const membership = z.object({ name: z.string(), role: z.enum(ownerRoles) })

export const me = z
  .object({
    userId: z.string(),
    username: z.string(),
    email: z.string().optional(),
    role: z.enum(userRoles),
    keyId: z.string().openapi({ description: 'The API key or the session that was used.' }),
    scopes: z.array(z.enum(scopes)),
    limit: z.string().optional().openapi({ description: 'The one owner or repo that the key is for.' }),
    organisations: z.array(membership),
  })
  .openapi('Me')

export const createInvitation = z
  .object({
    email: email.optional().openapi({ description: 'The only address that may use it; without one, anyone may.' }),
    role: z.enum(userRoles).default('member'),
    expiresInDays: z.number().int().min(1).max(90).default(7),
  })
  .strict()
  .openapi('CreateInvitation')

export const invitation = z
  .object({
    id: z.string().openapi({ example: `inv_${'0123456789abcdef'.repeat(4)}` }),
    email: z.string().optional(),
    role: z.enum(userRoles),
    createdAt: timestamp,
    createdBy: z.string(),
    validUntil: timestamp,
    usedAt: timestamp.optional(),
    usedBy: z.string().optional(),
  })
  .openapi('Invitation')

export const createdInvitation = invitation
  .extend({ token: z.string().openapi({ description: 'The secret for registering, shown only once.' }) })
  .openapi('CreatedInvitation')

export const jwks = z
  .object({
    keys: z.array(
      z.object({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.literal('sig'),
      }),
    ),
  })
  .openapi('Jwks')

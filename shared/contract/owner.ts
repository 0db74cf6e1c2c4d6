import { z } from '@hono/zod-openapi'
import { ownerRoles } from '../auth/principal.ts'
import { ownerName } from './auth.ts'
import { timestamp } from './words.ts'

export const owner = z
  .object({
    name: z.string(),
    kind: z.enum(['user', 'organisation']),
    role: z.enum(ownerRoles).openapi({ description: 'Your role there; each role includes the ones before it.' }),
    createdAt: timestamp,
  })
  .openapi('Owner')

export const ownerSummary = owner.pick({ name: true, kind: true, role: true }).openapi('OwnerSummary')

export const createOwner = z
  .object({ name: ownerName, kind: z.literal('organisation').default('organisation') })
  .strict()
  .openapi('CreateOwner')

export const member = z.object({ username: z.string(), role: z.enum(ownerRoles), addedAt: timestamp }).openapi('Member')

export const setMember = z
  .object({
    role: z.enum(ownerRoles).openapi({
      description: '`read` sees and calls what the organisation has, `write` changes it, `admin` manages members too.',
    }),
  })
  .strict()
  .openapi('SetMember')

import { z } from '@hono/zod-openapi'
import { deploymentPattern, ownerPattern, refPattern, repoIdPattern } from '../model/repo-id.ts'

export const repoId = z
  .string()
  .regex(repoIdPattern, 'must be "owner/name" of letters, digits, "-", "_" and "."')
  .openapi({ example: 'sentence-transformers/all-MiniLM-L6-v2' })

export const ownerName = z
  .string()
  .regex(ownerPattern, 'must be a name of letters, digits, "-", "_" and "."')
  .openapi({ example: 'slipway' })

export const deploymentName = z
  .string()
  .regex(deploymentPattern, 'must be 1 to 63 of a-z, 0-9 and "-", not at either end')
  .openapi({ example: 'minilm' })

/** A branch, a tag or a revision; percent-encoded in a path. */
export const refName = z
  .string()
  .regex(refPattern, 'must be a branch, a tag or a revision of at most 128 characters')
  .openapi({ example: 'main' })

export const importId = z
  .string()
  .regex(/^imp_[0-9a-f]{32}$/, 'must be the id of an import, as POST /api/v1/imports answers it')
  .openapi({ example: 'imp_979c41ff9da4440d8e68dad179cfae13' })

export const keyId = z
  .string()
  .regex(/^key_[0-9a-f]{32}$/, 'must be the id of an API key, as "npx slipway keys" or GET /api/v1/keys lists it')
  .openapi({ example: 'key_019a1b2c3d4e5f60718293a4b5c6d7e8' })

export const userId = z
  .string()
  .regex(/^(?:admin|user_[0-9a-f]{24})$/, 'must be the id of a user, as GET /api/v1/auth/users lists it')
  .openapi({ example: 'user_3f2a9c1d4e5b60718293a4b5' })

export const invitationId = z
  .string()
  .regex(/^inv_[0-9a-f]{64}$/, 'must be the id of an invitation, as GET /api/v1/invitations lists it')
  .openapi({ example: `inv_${'0123456789abcdef'.repeat(4)}` })

/** Text from users. Invalid Unicode can be neither stored nor shown. */
export const plainText = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')

/** Far above the smallest number that DynamoDB stores, and below any useful value. */
const amountMin = 1e-6
const amountError = 'must be at least 0.000001'

/** An amount that may be a fraction. */
export const someAmount = (max: number) => z.number().min(amountMin, amountError).max(max)
export const amountOrNone = (max: number) =>
  z
    .number()
    .min(0)
    .max(max)
    .refine((amount) => amount === 0 || amount >= amountMin, `${amountError}, or 0`)

export const timestamp = z.string().openapi({ format: 'date-time', example: '2026-11-20T22:48:13.000Z' })

const pageSizeMax = 100
const pageSizeError = `must be a whole number from 1 to ${pageSizeMax}`

/** The page size of a list. */
export const pageLimit = z.coerce
  .number(pageSizeError)
  .int(pageSizeError)
  .min(1, pageSizeError)
  .max(pageSizeMax, pageSizeError)
  .default(50)

/** The answer of every list: a page of items, and the cursor of the next page. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    cursor: z
      .string()
      .optional()
      .openapi({ description: 'Pass it as ?cursor= for the next page; absent on the last.' }),
  })

export const pageQuery = z.object({
  limit: pageLimit,
  cursor: z.string().max(2000).optional(),
})

import { z } from '@hono/zod-openapi'
import { scopes } from '../auth/principal.ts'
import { plainText, timestamp } from './words.ts'

export const apiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(scopes)),
    createdAt: timestamp,
    limit: z
      .string()
      .optional()
      .openapi({ description: 'The one owner, or the one repo by the name it had then, that the key is for.' }),
    lastUsedAt: timestamp.optional().openapi({ description: 'Exact to a minute.' }),
    validUntil: timestamp.optional(),
    revokedAt: timestamp.optional(),
  })
  .openapi('ApiKey')

export const createKey = z
  .object({
    name: plainText(100).regex(/\S/, 'must not be empty').openapi({ example: 'ci' }),
    scopes: z
      .array(z.enum(scopes))
      .min(1)
      .max(scopes.length)
      .refine((given) => new Set(given).size === given.length, 'must not repeat itself')
      .default(['read', 'infer']),
    limit: z.string().max(220).optional().openapi({
      description: 'Restricts the key to an owner, a model "owner/name", or "datasets/owner/name".',
      example: 'acme/classifier',
    }),
    expiresInDays: z.number().int().min(1).max(3650).optional(),
  })
  .strict()
  .openapi('CreateKey')

export const createdKey = apiKey
  .extend({ token: z.string().openapi({ description: 'The key itself, shown only once.', example: 'hf_…' }) })
  .openapi('CreatedKey')

import { z } from '@hono/zod-openapi'
import { isDeploymentName, isRepoId } from '../model/repo-id.ts'

export const repoId = z
  .string()
  .refine(isRepoId, 'must be "owner/name" of letters, digits, "-", "_" and "."')
  .openapi({ example: 'sentence-transformers/all-MiniLM-L6-v2' })

export const deploymentName = z
  .string()
  .refine(isDeploymentName, 'must be 1 to 63 of a-z, 0-9 and "-", not at either end')
  .openapi({ example: 'minilm' })

export const timestamp = z.string().openapi({ format: 'date-time', example: '2026-11-20T22:48:13.000Z' })

/** Every list answers so: the items, and where the next page starts. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    cursor: z
      .string()
      .optional()
      .openapi({ description: 'Pass it as ?cursor= for the next page; absent on the last.' }),
  })

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(2000).optional(),
})

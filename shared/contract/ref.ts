import { z } from '@hono/zod-openapi'
import { newRefPattern } from '../model/new-ref-name.ts'
import { plainText, refName, timestamp } from './words.ts'

const newRefName = z
  .string()
  .regex(
    newRefPattern,
    'must be letters, digits, "-", "_", "." and "/", at most 128, and no id of a revision, "HEAD" or "refs/…"',
  )
  .openapi({ example: 'candidate' })

export const revisionId = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'must be the id of a revision: 40 of 0-9 and a-f')
  .openapi({ example: '5c38ec7c405ec4b44b94cc5a9bb96e735b38267a' })

/** The target of a new ref: anything that names a revision. */
const pointsTo = refName.default('main').openapi({ description: 'A branch, tag, alias or revision.', example: 'main' })
const message = plainText(2000).optional()
const known = {
  name: z.string(),
  revision: z.string(),
  updatedAt: timestamp,
  updatedBy: z.string().optional(),
}

export const branch = z.object(known).openapi('Branch')

export const tag = z
  .object({
    ...known,
    message: z.string().optional(),
    version: z.number().int().optional().openapi({ description: 'The number of a version.' }),
  })
  .openapi('Tag')

export const alias = z
  .object({
    ...known,
    version: z.number().int().openapi({ description: 'Counts its changes; in quotes it is its ETag.' }),
    isProtected: z.boolean().openapi({ description: 'Whether only admins of the owner may move or delete it.' }),
  })
  .openapi('Alias')

export const aliasMove = z
  .object({
    version: z.number().int(),
    action: z.enum(['created', 'moved', 'protected', 'unprotected', 'deleted']),
    from: z.string().optional(),
    to: z.string().optional(),
    at: timestamp,
    by: z.string(),
  })
  .openapi('AliasMove')

/** How many refs of each kind one answer shows. */
export const shownRefsMax = 100

export const refsOfRepo = z.object({
  branches: z.array(branch),
  tags: z.array(tag),
  aliases: z.array(alias),
  isPartial: z.boolean().openapi({
    description: `Whether there are more than ${shownRefsMax} of a kind; the lists of branches, tags and aliases have all.`,
  }),
})

export const createBranch = z.object({ name: newRefName, revision: pointsTo }).strict().openapi('CreateBranch')
export const createTag = z.object({ name: newRefName, revision: pointsTo, message }).strict().openapi('CreateTag')
export const createVersion = z
  .object({
    name: newRefName.optional().openapi({ description: 'Defaults to the next of v1, v2, …', example: 'v3' }),
    revision: pointsTo,
    message,
  })
  .strict()
  .openapi('CreateVersion')
export const createAlias = z
  .object({ name: newRefName, revision: pointsTo, isProtected: z.boolean().default(false) })
  .strict()
  .openapi('CreateAlias')

export const moveRef = z
  .object({
    revision: refName.openapi({ description: 'A branch, tag, alias or revision.' }),
    expected: revisionId
      .optional()
      .openapi({ description: 'The revision that it must be at, like the header If-Match.' }),
  })
  .strict()
  .openapi('MoveRef')

export const moveAlias = z
  .object({ revision: refName.optional(), isProtected: z.boolean().optional() })
  .strict()
  .refine(({ revision, isProtected }) => revision !== undefined || isProtected !== undefined, 'names nothing to change')
  .openapi('MoveAlias', { minProperties: 1 })

export type Branch = z.infer<typeof branch>
export type Tag = z.infer<typeof tag>
export type Alias = z.infer<typeof alias>
export type AliasMove = z.infer<typeof aliasMove>

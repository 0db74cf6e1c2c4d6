import { z } from '@hono/zod-openapi'
import { listedTagsMax } from '../table/repo-lists.ts'
import { refsOfRepo } from './ref.ts'
import { revisionMetadata } from './revision-metadata.ts'
import { plainText, repoId, timestamp } from './words.ts'

export const repoKind = z.enum(['model', 'dataset'])
const visibility = z
  .enum(['private', 'public'])
  .openapi({ description: '`public` repos can be read by anyone.', example: 'private' })

/** A tag of a repo. Short enough for the key of a list, and free of invisible characters. */
const tag = plainText(100)
  .regex(/^[^\p{C}\s](?:[^\p{C}]*[^\p{C}\s])?$/u, 'must be 1 to 100 characters, not blank at either end')
  .openapi({ example: 'production' })

const repoTags = z
  .array(tag)
  .max(listedTagsMax)
  .refine((tags) => new Set(tags).size === tags.length, 'names a tag twice')
  .openapi({ description: `Tags set by users, at most ${listedTagsMax}.` })

export const repo = z
  .object({
    id: repoId,
    kind: repoKind,
    visibility,
    revision: z
      .string()
      .optional()
      .openapi({ description: 'The revision of the branch main; absent in an empty repo.' }),
    task: z.string().optional(),
    library: z.string().optional(),
    license: z.string().optional(),
    tags: z.array(z.string()).openapi({ description: 'Tags set by users.' }),
    cardTags: z.array(z.string()).optional().openapi({ description: 'Tags of its card, on main.' }),
    sizeBytes: z.number().int(),
    downloads: z.number().int().openapi({
      description: 'Downloads of its config.json, or without one of a model file. Updated at most once an hour.',
    }),
    createdAt: timestamp,
    updatedAt: timestamp,
    deletedAt: timestamp.optional(),
    keptUntil: timestamp.optional().openapi({ description: 'Until when a deleted repo can be restored.' }),
  })
  .openapi('Repo')

export const repoDetail = repo
  .extend({
    refs: refsOfRepo,
    metadata: revisionMetadata.optional().openapi({ description: 'Of the revision of main, once it is inspected.' }),
    card: z
      .string()
      .optional()
      .openapi({ description: 'README.md on main, once it is inspected, if it has at most 64 KiB.' }),
  })
  .openapi('RepoDetail')

export const createRepo = z
  .object({ name: repoId, kind: repoKind.default('model'), visibility: visibility.default('private') })
  .strict()
  .openapi('CreateRepo')

export const changeRepo = z
  .object({ visibility: visibility.optional(), tags: repoTags.optional() })
  .strict()
  .refine(({ visibility, tags }) => visibility !== undefined || tags !== undefined, 'names nothing to change')
  .openapi('ChangeRepo', { minProperties: 1 })

export const renameRepo = z
  .object({ to: repoId.openapi({ description: 'Another name, another owner, or both.' }) })
  .strict()
  .openapi('RenameRepo')

export type Repo = z.infer<typeof repo>
export type RepoDetail = z.infer<typeof repoDetail>
export type { Revision, RevisionDiff, RevisionSummary } from './revision.ts'
export type { GgufMetadata, OnnxMetadata, RevisionMetadata, TensorSignature } from './revision-metadata.ts'

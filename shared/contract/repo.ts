import { z } from '@hono/zod-openapi'
import { revisionMetadata } from './revision-metadata.ts'
import { repoId, timestamp } from './words.ts'

export const repo = z
  .object({
    id: repoId,
    visibility: z.enum(['private', 'public']).openapi({ description: '`public` is to be read by anyone.' }),
    revision: z.string().optional().openapi({ description: 'What the branch main names; absent in an empty repo.' }),
    task: z.string().optional(),
    library: z.string().optional(),
    license: z.string().optional(),
    sizeBytes: z.number().int(),
    downloads: z.number().int().openapi({ description: 'As of its last change, or of the last hour.' }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .openapi('Repo')

export const revisionFile = z
  .object({ path: z.string(), sizeBytes: z.number().int(), sha256: z.string() })
  .openapi('RevisionFile')

export const ref = z.object({ name: z.string(), revision: z.string() })

export const revision = z
  .object({
    id: z.string().openapi({ example: '5c38ec7c405ec4b44b94cc5a9bb96e735b38267a' }),
    repo: repoId,
    source: z.string(),
    sourceRevision: z.string().optional(),
    filesTotal: z.number().int(),
    sizeBytes: z.number().int(),
    metadata: revisionMetadata.optional().openapi({ description: 'Absent until the files have been inspected.' }),
    createdAt: timestamp,
    createdBy: z.string(),
  })
  .openapi('Revision')

export const repoDetail = repo
  .extend({ branches: z.array(ref), tags: z.array(ref), metadata: revisionMetadata.optional() })
  .openapi('RepoDetail')

export type Repo = z.infer<typeof repo>
export type RepoDetail = z.infer<typeof repoDetail>
export type Revision = z.infer<typeof revision>
export type { GgufMetadata, OnnxMetadata, RevisionMetadata, TensorSignature } from './revision-metadata.ts'

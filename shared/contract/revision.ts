import { z } from '@hono/zod-openapi'
import { revisionMetadata } from './revision-metadata.ts'
import { pageOf, repoId, timestamp } from './words.ts'

export const revisionFile = z
  .object({ path: z.string(), sizeBytes: z.number().int(), sha256: z.string() })
  .openapi('RevisionFile')

export const revisionSummary = z
  .object({
    id: z.string().openapi({ example: '5c38ec7c405ec4b44b94cc5a9bb96e735b38267a' }),
    repo: repoId,
    source: z.string(),
    sourceRevision: z.string().optional().openapi({ description: 'Its id at its source.' }),
    parent: z.string().optional().openapi({ description: 'The revision that it is based on.' }),
    depth: z.number().int().openapi({ description: 'The number of revisions up to and including it.' }),
    title: z.string(),
    message: z.string().optional(),
    filesTotal: z.number().int(),
    sizeBytes: z.number().int(),
    createdAt: timestamp,
    createdBy: z.string(),
  })
  .openapi('RevisionSummary')

export const revision = revisionSummary
  .extend({ metadata: revisionMetadata.optional().openapi({ description: 'Absent until the files are inspected.' }) })
  .openapi('Revision')

/** A revision as stored in the bucket, so that it can be verified and served without the registry. */
export const revisionManifest = z
  .object({
    id: z.string(),
    repo: repoId,
    source: z.string(),
    sourceRevision: z.string().optional(),
    parent: z.string().optional(),
    title: z.string(),
    createdAt: timestamp,
    createdBy: z.string(),
    files: z.array(
      z.object({
        path: z.string(),
        sizeBytes: z.number().int(),
        sha256: z.string(),
        gitSha1: z.string().optional(),
      }),
    ),
  })
  .openapi('RevisionManifest')

/** A larger revision is read in pages of files. */
export const manifestFilesMax = 10_000

const content = z.object({ sizeBytes: z.number().int(), sha256: z.string() })

const fileChange = z
  .object({
    path: z.string(),
    change: z.enum(['added', 'removed', 'changed']),
    before: content.optional().openapi({ description: 'Absent where it was added.' }),
    after: content.optional().openapi({ description: 'Absent where it was removed.' }),
  })
  .openapi('FileChange')

const metadataChange = z
  .object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })
  .openapi('MetadataChange')

export const revisionDiff = pageOf(fileChange)
  .extend({
    from: revisionSummary,
    to: revisionSummary,
    metadata: z.array(metadataChange).openapi({ description: 'The differences in metadata.' }),
  })
  .openapi('RevisionDiff')

export type Revision = z.infer<typeof revision>
export type RevisionSummary = z.infer<typeof revisionSummary>
export type RevisionDiff = z.infer<typeof revisionDiff>
export type FileChange = z.infer<typeof fileChange>
export type RevisionFileEntry = z.infer<typeof revisionFile>

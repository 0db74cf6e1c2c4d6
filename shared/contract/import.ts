import { z } from '@hono/zod-openapi'
import { importStates } from '../model/import-state.ts'
import { plainText, repoId, timestamp } from './words.ts'

const importFailure = z.object({
  code: z.string().openapi({ example: 'checksum_mismatch' }),
  message: z.string(),
  path: z.string().optional().openapi({ description: 'The file at fault.' }),
})

const skippedFile = z.object({ path: z.string(), reason: z.string() })

export const importJob = z
  .object({
    id: z.string(),
    repo: repoId,
    source: z.string().openapi({ example: 'hf://sentence-transformers/all-MiniLM-L6-v2@main' }),
    state: z.enum(importStates),
    tag: z.string().optional().openapi({ description: 'The tag of the new revision, besides the branch main.' }),
    sourceRevision: z.string().optional().openapi({ description: 'The id of the revision at the source: a commit.' }),
    revision: z.string().optional().openapi({ description: 'The new revision.' }),
    waitsUntil: timestamp.optional().openapi({
      description: 'Until when it waits for its drop to be complete, if that does not change before.',
    }),
    filesTotal: z.number().int(),
    filesDone: z.number().int(),
    bytesTotal: z.number().int(),
    bytesDone: z.number().int().openapi({ description: 'Bytes transferred or already stored.' }),
    bytesHeld: z.number().int().openapi({ description: 'Bytes that were already stored.' }),
    skipped: z.array(skippedFile).optional().openapi({
      description: 'Files of the source that were left out, and why; lists of imports leave it out.',
    }),
    warnings: z.array(z.string()).optional().openapi({
      description: 'Problems that its inspection found in the files; lists of imports leave them out.',
    }),
    notServed: z.string().optional().openapi({
      description: 'Why it cannot be deployed as it is, although it was imported.',
    }),
    failure: importFailure.optional(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .openapi('Import')

export const createImport = z
  .object({
    source: plainText(600).openapi({ example: 'hf://sentence-transformers/all-MiniLM-L6-v2' }),
    repo: repoId.optional().openapi({ description: "Where it goes; defaults to the source's own name." }),
    include: z
      .array(plainText(200))
      .max(50)
      .optional()
      .openapi({ description: 'Only files that match one of these patterns.' }),
    exclude: z.array(plainText(200)).max(50).optional(),
    now: z.boolean().default(false).openapi({
      description: 'For a drop: takes the files that are there now, instead of waiting until it is complete.',
    }),
  })
  .strict()
  .openapi('CreateImport')

export type ImportJob = z.infer<typeof importJob>
export type ImportFailure = z.infer<typeof importFailure>
export type SkippedFile = z.infer<typeof skippedFile>

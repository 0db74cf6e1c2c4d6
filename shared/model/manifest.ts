import * as z from 'zod'

/**
 * What stands in the bucket of each published revision, beside its blobs: enough to serve it without the table, and to
 * write the table anew. `format` grows when a reader of today could no longer read it.
 */
export const manifest = z.object({
  format: z.literal(1),
  id: z.string(),
  repo: z.string(),
  /** The versions that named it when this was written. */
  tags: z.array(z.string()),
  source: z.string(),
  sourceRevision: z.string().optional(),
  createdAt: z.string(),
  createdBy: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      sizeBytes: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      gitSha1: z.string().optional(),
    }),
  ),
})

export type Manifest = z.infer<typeof manifest>

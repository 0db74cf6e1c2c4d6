import * as z from 'zod'

/**
 * What stands in the bucket of each published revision, beside its blobs: enough to serve it without the table, and to
 * write the table anew. `format` grows when a reader of today could no longer read it.
 */
export const manifest = z.object({
  format: z.literal(2),
  id: z.string(),
  repoId: z.string(),
  source: z.string(),
  sourceRevision: z.string().optional(),
  parent: z.string().optional(),
  depth: z.number().int().positive(),
  title: z.string(),
  message: z.string().optional(),
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

/** What stands in the bucket of each repo: what it is called, who may see it, and what its refs name. */
export const repoManifest = z.object({
  format: z.literal(1),
  id: z.string(),
  kind: z.enum(['model', 'dataset']),
  owner: z.string(),
  name: z.string(),
  visibility: z.enum(['private', 'public']),
  /** The repo of another Hub that it mirrors. */
  mirror: z.string().optional(),
  /** Of the repo's item when this was written. */
  version: z.number().int(),
  tags: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  updatedAt: z.string(),
  deletedAt: z.string().optional(),
  refs: z.array(
    z.looseObject({
      kind: z.enum(['branch', 'tag', 'alias', 'commit']),
      name: z.string(),
      revision: z.string(),
      updatedAt: z.string(),
    }),
  ),
})

export type RepoManifest = z.infer<typeof repoManifest>

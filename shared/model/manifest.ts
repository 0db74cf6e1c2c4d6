import * as z from 'zod'

/**
 * The manifest of each published revision, stored in the bucket: enough to serve it without the table, and to rebuild
 * the table. `format` is raised for changes that current readers could not read.
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

/** The manifest of each repo, stored in the bucket: its name, visibility and refs. */
export const repoManifest = z.object({
  format: z.literal(1),
  id: z.string(),
  kind: z.enum(['model', 'dataset']),
  owner: z.string(),
  name: z.string(),
  visibility: z.enum(['private', 'public']),
  /** The upstream repo of a mirror. */
  mirror: z.string().optional(),
  /** The version of the repo's item at the time. */
  version: z.number().int(),
  tags: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  updatedAt: z.string(),
  deletedAt: z.string().optional(),
  formerNames: z.array(z.string()).optional(),
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

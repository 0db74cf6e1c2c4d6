import type { objectPrefixes } from './keys.ts'

/** What a deployable may do with objects, by top-level folder. Each one that has access may also list keys. */
export interface ObjectAccess {
  reads?: readonly Folder[]
  /** Includes copies and multipart uploads. */
  writes?: readonly Folder[]
  deletes?: readonly Folder[]
  /** Whether it may see unfinished uploads of others. */
  seesUploads?: boolean
}

type Folder = (typeof objectPrefixes)[number]

/**
 * Nothing that receives from strangers or serves them can reach backups, which hold the hashes of passwords and keys
 * and can be restored. Only maintenance deletes blobs.
 */
export const objectAccess = {
  hub: { reads: ['blobs', 'staging'], writes: ['blobs', 'staging'], deletes: ['staging'] },
  ingest: {
    reads: ['blobs', 'staging', 'drop'],
    writes: ['blobs', 'staging', 'manifests'],
    deletes: ['staging', 'manifests'],
    seesUploads: true,
  },
  /** It lists the files of a drop and reads none of them. */
  drop: { seesUploads: true },
  /** Repairs of manifests are left to the ingest function, which writes them. */
  maintenance: {
    reads: ['blobs', 'staging', 'manifests', 'backups'],
    writes: ['blobs', 'staging', 'backups'],
    deletes: ['blobs', 'staging', 'manifests', 'backups'],
    seesUploads: true,
  },
  inference: { reads: ['blobs', 'manifests'] },
} satisfies Record<string, ObjectAccess>

export type ObjectUser = keyof typeof objectAccess

export const isObjectUser = (deployable: string): deployable is ObjectUser => deployable in objectAccess

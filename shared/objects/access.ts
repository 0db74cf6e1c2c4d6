import type { objectPrefixes } from './keys.ts'

/** What one deployable may do with the objects of the bucket, folder by first folder. All that have any may list keys. */
export interface ObjectAccess {
  reads?: readonly Folder[]
  /** Puts, copies to, and what is sent in parts. */
  writes?: readonly Folder[]
  deletes?: readonly Folder[]
  /** Whether it may see what others are still uploading. */
  seesUploads?: boolean
}

type Folder = (typeof objectPrefixes)[number]

/**
 * Whoever lets in what strangers send, or serves it, reaches no backup: those hold the hashes of passwords and API keys,
 * and what is written there may be restored. Only maintenance takes a blob away.
 */
export const objectAccess = {
  hub: { reads: ['blobs', 'staging'], writes: ['blobs', 'staging'], deletes: ['staging'] },
  ingest: {
    reads: ['blobs', 'staging', 'drop'],
    writes: ['blobs', 'staging', 'manifests'],
    deletes: ['staging', 'manifests'],
    seesUploads: true,
  },
  /** It looks which files a drop has, and into none of them. */
  drop: { seesUploads: true },
  /** Manifests are written by the ingest function, also where it is asked to mend one. */
  maintenance: {
    reads: ['blobs', 'staging', 'manifests', 'backups'],
    writes: ['blobs', 'staging', 'backups'],
    deletes: ['blobs', 'staging', 'manifests', 'backups'],
    seesUploads: true,
  },
  inference: { reads: ['blobs', 'manifests'] },
} satisfies Record<string, ObjectAccess>

/** The deployables that read or write objects. */
export type ObjectUser = keyof typeof objectAccess

export const isObjectUser = (deployable: string): deployable is ObjectUser => deployable in objectAccess

import { sourceFilesMax } from '../model/source.ts'
import { objectKeys } from './keys.ts'
import { listUpTo } from './list-objects.ts'
import type { ObjectInfo, ObjectStore, OpenUpload } from './object-store.ts'

/** The files of a drop, at most as many as a source may have, and its unfinished uploads. */
export async function listDrop({ objects, repo, version }: ListDrop): Promise<Dropped> {
  const prefix = objectKeys.dropFolder(repo, version)
  // Uploads first: one that completes between the two lists is then in both; the other way round it would be in
  // neither.
  const uploads = await objects.uploads.open({ prefix, limit: sourceFilesMax })
  const { found } = await listUpTo({ objects, prefix, limit: sourceFilesMax })
  return { found, uploads }
}

interface ListDrop {
  objects: ObjectStore
  repo: string
  version: string
}

interface Dropped {
  found: ObjectInfo[]
  uploads: OpenUpload[]
}

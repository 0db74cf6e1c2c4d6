import { createHash } from 'node:crypto'
import { isDropMarker } from '../objects/keys.ts'

/**
 * Names the content of a drop folder by its files' keys, sizes, ETags and times: dropping again, also the same bytes, is
 * a new drop. The marker says that it is complete and not what it is, so that one which comes late makes no other.
 */
export function dropFingerprint(objects: readonly DroppedObject[]): string {
  const hash = createHash('sha256')
  const files = objects.filter((object) => !isDropMarker(object))
  for (const { key, sizeBytes, etag, modifiedAt } of files.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
    hash.update(`${key}\0${sizeBytes}\0${etag}\0${modifiedAt.toISOString()}\0`)
  return hash.digest('hex')
}

interface DroppedObject {
  /** `drop/{owner}/{name}/{version}/{path}` */
  key: string
  sizeBytes: number
  etag: string
  modifiedAt: Date
}

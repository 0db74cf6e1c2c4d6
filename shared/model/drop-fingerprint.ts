import { createHash } from 'node:crypto'
import { isDropMarker } from '../objects/keys.ts'

/**
 * A fingerprint of a drop folder by its files' keys, sizes, ETags and times, so that dropping the same bytes again is a
 * new drop. The marker is left out, so that a late one changes nothing.
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

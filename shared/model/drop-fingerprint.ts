import { createHash } from 'node:crypto'

/** Names the content of a drop folder by its files' keys, sizes, ETags and times: dropping again, also the same bytes, is a new drop. */
export function dropFingerprint(objects: readonly DroppedObject[]): string {
  const hash = createHash('sha256')
  for (const { key, sizeBytes, etag, modifiedAt } of objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
    hash.update(`${key}\0${sizeBytes}\0${etag}\0${modifiedAt.toISOString()}\0`)
  return hash.digest('hex')
}

interface DroppedObject {
  key: string
  sizeBytes: number
  etag: string
  modifiedAt: Date
}

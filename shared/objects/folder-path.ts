import { join, resolve, sep } from 'node:path'
import { objectPrefixes } from './keys.ts'

const maxSegmentBytes = 255

/**
 * The path of an object. Accepts only keys of the bucket's own layout, and none can leave the root, which holds other
 * things of the local host, too.
 * @throws Error for any other key.
 */
export function folderPath(root: string, key: string): string {
  const segments = key.split('/')
  const known = objectPrefixes.some((prefix) => prefix === segments[0])
  if (!known || segments.length < 2 || segments.some(isUnsafe)) throw new Error(`"${key}" is not a key of this store`)
  const path = resolve(join(root, ...segments))
  if (!path.startsWith(resolve(root) + sep)) throw new Error(`"${key}" is not a key of this store`)
  return path
}

const isUnsafe = (segment: string): boolean =>
  segment === '' ||
  segment === '.' ||
  segment === '..' ||
  segment.includes('\\') ||
  segment.includes('\0') ||
  Buffer.byteLength(segment) > maxSegmentBytes

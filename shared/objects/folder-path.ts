import { join, resolve, sep } from 'node:path'
import { objectPrefixes } from './keys.ts'

const maxSegmentBytes = 255

/**
 * Where the folder store keeps an object. Only keys of the bucket's own layout have a place, and none leaves the root:
 * the root holds other things of the local host beside them.
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

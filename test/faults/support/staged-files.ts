import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The files below `staging/` of a folder store. An upload that was begun and noted by nobody holds only the key that it
 * is for, and is swept after a week, as a bucket's lifecycle does: it is none of them.
 */
export async function stagedFiles(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'staging'), { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return files.filter((path) => !/\/\.uploads\/[^/]+\/key$/.test(path))
}

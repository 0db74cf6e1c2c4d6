import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The files in `staging/` of a folder store. An upload that was begun but never recorded consists only of its key; it
 * is swept after a week, like in a bucket's lifecycle, and is not listed here.
 */
export async function stagedFiles(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'staging'), { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return files.filter((path) => !/\/\.uploads\/[^/]+\/key$/.test(path))
}

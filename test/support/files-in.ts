import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** The files of a folder by path, as a repo holds them. */
export async function filesIn(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = paths.map(async (path) => [relative(folder, path), await readFile(path)] as const)
  return Object.fromEntries(await Promise.all(read))
}

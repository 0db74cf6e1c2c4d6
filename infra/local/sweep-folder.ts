import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isCode } from '../../shared/objects/write-checked.ts'

/** As long as the bucket's lifecycle rule in AWS keeps an unfinished upload. */
const uploadLifeMs = 7 * 24 * 3600 * 1000

/**
 * Removes what killed processes left half-written below `staging/`: partial files and abandoned uploads, and the empty
 * folders of finished work. Only for a start, before anything writes.
 */
export async function sweepFolder({ root, now }: { root: string; now: Date }): Promise<void> {
  await rm(join(root, 'staging', '.writing'), { recursive: true, force: true })
  const uploads = join(root, 'staging', '.uploads')
  for (const name of await namesIn(uploads)) {
    const { mtimeMs } = await lstat(join(uploads, name))
    if (now.getTime() - mtimeMs > uploadLifeMs) await rm(join(uploads, name), { recursive: true, force: true })
  }
  await removeEmptyFolders(join(root, 'staging'))
}

/** Removes the empty folders below a folder, the inner ones first. */
async function removeEmptyFolders(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const inner = join(folder, name)
    if (!(await lstat(inner)).isDirectory()) continue
    await removeEmptyFolders(inner)
    await rmdir(inner).catch(unlessCode('ENOTEMPTY'))
  }
}

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder).catch(unlessCode('ENOENT'))) ?? []

const unlessCode = (code: string) => (error: unknown) => {
  if (!isCode(error, code)) throw error
}

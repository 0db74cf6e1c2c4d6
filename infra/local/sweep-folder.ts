import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isCode } from '../../shared/objects/write-checked.ts'

/** As long as the bucket's lifecycle rule in AWS keeps an unfinished upload. */
const uploadLifeMs = 7 * 24 * 3600 * 1000

/**
 * Removes what killed processes left half-written below `staging/`: partial files and abandoned uploads. Only for a
 * start, before anything writes.
 */
export async function sweepFolder({ root, now }: { root: string; now: Date }): Promise<void> {
  await rm(join(root, 'staging', '.writing'), { recursive: true, force: true })
  const uploads = join(root, 'staging', '.uploads')
  for (const name of await namesIn(uploads)) {
    const { mtimeMs } = await lstat(join(uploads, name))
    if (now.getTime() - mtimeMs > uploadLifeMs) await rm(join(uploads, name), { recursive: true, force: true })
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}

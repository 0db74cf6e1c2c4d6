import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FolderLock, lockAlone, lockTogether } from './folder-lock.ts'
import { namesIn } from './trim-folder.ts'

/** What is written gets a new time with every chunk, so one this old belongs to a process that was killed. */
const partialLifeMs = 3_600_000

/** What every process holds that writes to the folder, from its start to its end. */
const writersPath = (root: string): string => join(root, 'locks', 'writers.lock')

/**
 * Removes what killed processes left half written: all of it where nobody else writes to the folder, for who is killed
 * and started again may leave a large model each time, and what is old beside others. Gives what holds the folder for
 * this process, as one that writes to it.
 */
export async function sweepFolder({ root, nowMs }: { root: string; nowMs: number }): Promise<FolderLock> {
  await mkdir(dirname(writersPath(root)), { recursive: true })
  const alone = lockAlone(writersPath(root))
  try {
    await sweepPartials({ root, before: alone === undefined ? nowMs - partialLifeMs : Number.POSITIVE_INFINITY })
  } finally {
    alone?.release()
  }
  return lockTogether(writersPath(root))
}

async function sweepPartials({ root, before }: { root: string; before: number }): Promise<void> {
  for (const name of await namesIn(root, true)) {
    if (!name.endsWith('.partial')) continue
    const path = join(root, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && found.mtimeMs < before) await rm(path, { recursive: true, force: true })
  }
}

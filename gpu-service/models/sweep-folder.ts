import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FolderLock, lockAlone, lockTogether } from './folder-lock.ts'
import { namesIn } from './trim-folder.ts'

/** A file being written changes with every chunk, so one this old belongs to a killed process. */
const partialLifeMs = 3_600_000

/** Locked by every process that writes to the folder, for as long as it runs. */
const writersPath = (root: string): string => join(root, 'locks', 'writers.lock')

/**
 * Removes partial files of killed processes: all of them without other writers, because a process that is killed
 * repeatedly may leave a large model each time; otherwise old ones. Returns this process's lock as a writer.
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

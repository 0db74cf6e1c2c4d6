import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * A lock between processes, shared or exclusive. Uses the operating system's lock on an empty SQLite file, which ends
 * with the process in any case. The file is never removed, because a lock on a removed file would exclude nobody.
 */
export interface FolderLock {
  release(): void
}

/** A shared lock. Exclusive holders only take as long as a rename. */
export async function lockTogether(path: string): Promise<FolderLock> {
  for (;;) {
    const lock = tryLock(path, 'BEGIN; SELECT count(*) FROM sqlite_schema')
    if (lock !== undefined) return lock
    await wait(5)
  }
}

/** Takes the exclusive lock; undefined if this or another process holds it. */
export const lockAlone = (path: string): FolderLock | undefined => tryLock(path, 'BEGIN EXCLUSIVE')

const busyCode = 5

function tryLock(path: string, statements: string): FolderLock | undefined {
  const file = new DatabaseSync(path)
  try {
    file.exec(`PRAGMA busy_timeout = 0; ${statements}`)
    return { release: () => file.close() }
  } catch (error) {
    file.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === busyCode) return undefined
    throw error
  }
}

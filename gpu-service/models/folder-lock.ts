import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * A lock that processes share: many may hold it together, or one alone. It is the operating system's own, on an SQLite
 * file that stays empty, so it ends with the process however that dies. The file is never removed, because a lock on a
 * removed file would keep nobody out.
 */
export interface FolderLock {
  release(): void
}

/** Holds it beside others. Whoever has it alone does so for no longer than a rename takes. */
export async function lockTogether(path: string): Promise<FolderLock> {
  for (;;) {
    const lock = tryLock(path, 'BEGIN; SELECT count(*) FROM sqlite_schema')
    if (lock !== undefined) return lock
    await wait(5)
  }
}

/** `undefined` where anybody holds it, in this process or in another. */
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

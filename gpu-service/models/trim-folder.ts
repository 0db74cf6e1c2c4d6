import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { lockAlone } from './folder-lock.ts'

const isRevision = (name: string): boolean => /^[0-9a-f]{40}$/.test(name)

/** The lock of a revision's users; outside of its folder. */
export const lockPath = (root: string, revision: string): string => join(root, 'locks', `${revision}.lock`)

/**
 * Removes the least recently used revisions until the folder is within `maxBytes`. A revision used by any process
 * stays, even above the limit.
 */
export async function trimFolder({ root, maxBytes }: { root: string; maxBytes: number }): Promise<void> {
  const names = (await namesIn(root)).filter(isRevision)
  const held = await Promise.all(names.map((revision) => measure(root, revision)))
  let totalBytes = held.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
  for (const { revision, sizeBytes } of held.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (totalBytes <= maxBytes) return
    if (await removeUnused(root, revision)) totalBytes -= sizeBytes
  }
}

async function removeUnused(root: string, revision: string): Promise<boolean> {
  const lock = lockAlone(lockPath(root, revision))
  if (lock === undefined) return false
  // Renamed first, so that a half-removed folder is never taken for a complete one.
  const leaving = join(root, `${revision}.${randomUUID()}.partial`)
  try {
    await rename(join(root, revision), leaving)
  } catch (error) {
    // Another process has just removed it.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  } finally {
    lock.release()
  }
  await rm(leaving, { recursive: true, force: true })
  return true
}

async function measure(root: string, revision: string) {
  const path = join(root, revision)
  const inside = (await namesIn(path, true)).map((name) => stat(join(path, name)).catch(() => undefined))
  const sizeBytes = (await Promise.all(inside)).reduce((total, one) => total + (one?.isFile() ? one.size : 0), 0)
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }))
  return { revision, sizeBytes, usedMs: mtimeMs }
}

/** Empty if the folder does not exist. */
export const namesIn = (folder: string, recursive = false): Promise<string[]> =>
  readdir(folder, { recursive }).catch(() => [])

import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { lockAlone } from './folder-lock.ts'

const isRevision = (name: string): boolean => /^[0-9a-f]{40}$/.test(name)

/** What processes lock that use a revision; no folder of models. */
export const lockPath = (root: string, revision: string): string => join(root, 'locks', `${revision}.lock`)

/**
 * Removes revisions, the one used longest ago first, until the folder holds no more than `maxBytes`. One that is in use
 * stays, also over the limit, whichever process uses it.
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
  // Under another name first, so that nobody takes what is left of it for a whole one.
  const leaving = join(root, `${revision}.${randomUUID()}.partial`)
  try {
    await rename(join(root, revision), leaving)
  } catch (error) {
    // Another process has removed it just now.
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

/** None where the folder is not there, or went away just now. */
export const namesIn = (folder: string, recursive = false): Promise<string[]> =>
  readdir(folder, { recursive }).catch(() => [])

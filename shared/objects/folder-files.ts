import { constants, type Dirent, type Stats } from 'node:fs'
import { link, lstat, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectInfo } from './object-store.ts'
import { isCode } from './write-checked.ts'

/** Does not follow links, and does not block on a pipe without a writer. */
const readOnly = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Plain files only; folders, links, pipes and devices are not objects. */
export async function infoOf(key: string, path: string): Promise<ObjectInfo | undefined> {
  try {
    const stats = await lstat(path)
    // The time of the last change on this disk, as S3 reports it: a copy that preserves old timestamps is still new.
    return stats.isFile() ? { key, sizeBytes: stats.size, etag: etagOf(stats), modifiedAt: stats.ctime } : undefined
  } catch (error) {
    if (isNotThere(error)) return undefined
    throw error
  }
}

const etagOf = ({ ino, mtimeMs, size }: Stats) => `"${ino.toString(36)}-${mtimeMs.toString(36)}-${size}"`

/** The bytes of exactly the file that `etag` names; one that changes while it is read is an error, not a mixture. */
export async function* readFileBytes({ path, etag, range = {}, signal }: ReadRequest): AsyncGenerator<Uint8Array> {
  const file = await open(path, readOnly)
  try {
    const unchanged = async () => {
      if (etagOf(await file.stat()) !== etag) throw new Error(`${path} changed while it was being read`)
    }
    await unchanged()
    for await (const chunk of file.createReadStream({ ...range, autoClose: false })) {
      signal?.throwIfAborted()
      yield chunk
    }
    await unchanged()
  } finally {
    await file.close()
  }
}

interface ReadRequest {
  path: string
  etag: string
  range?: { start?: number; end?: number } | undefined
  signal?: AbortSignal | undefined
}

/** Renames a temporary file into place in one step, and removes it in any case. */
export async function place({ temporary, path, ifAbsent = false }: PlaceRequest): Promise<'written' | 'exists'> {
  try {
    await mkdir(dirname(path), { recursive: true })
    if (!ifAbsent) await rename(temporary, path)
    else if (!(await isLinked(temporary, path))) return 'exists'
    return 'written'
  } finally {
    // Needed even after a rename, which does nothing between two names of one file.
    await rm(temporary, { force: true })
  }
}

interface PlaceRequest {
  temporary: string
  path: string
  ifAbsent?: boolean
}

async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    // Linux reports EISDIR for a folder, POSIX EPERM.
    if (!isNotThere(error) && !isCode(error, 'EISDIR') && !isCode(error, 'EPERM')) throw error
  }
}

/** Every plain file below a folder. Links are not followed, and a folder that disappears meanwhile is skipped. */
export async function walk(folder: string): Promise<string[]> {
  const files: string[] = []
  const folders = [folder]
  for (const each of folders)
    for (const entry of await entriesOf(each)) {
      const path = join(each, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) files.push(path)
    }
  return files
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isNotThere(error)) return []
    throw error
  }
}

const isNotThere = (error: unknown): boolean => isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')

import { constants, type Dirent, type Stats } from 'node:fs'
import { link, lstat, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectInfo } from './object-store.ts'
import { isCode } from './write-checked.ts'

/** A link is not followed, and opening a pipe does not wait for its writer. */
const readOnly = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Plain files only: folders, and links, pipes and devices that someone put there, are not objects. */
export async function infoOf(key: string, path: string): Promise<ObjectInfo | undefined> {
  try {
    const stats = await lstat(path)
    // The time of the last change here, as S3 tells it: a copy that keeps the old times of its files is still new.
    return stats.isFile() ? { key, sizeBytes: stats.size, etag: etagOf(stats), modifiedAt: stats.ctime } : undefined
  } catch (error) {
    if (isNotThere(error)) return undefined
    throw error
  }
}

const etagOf = ({ ino, mtimeMs, size }: Stats) => `"${ino.toString(36)}-${mtimeMs.toString(36)}-${size}"`

/** The bytes of the very file that `etag` names: one that changes while it is read is an error, not a mixture. */
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

/** Gives a temporary file its name in one step, and in any case leaves no temporary file. */
export async function place({ temporary, path, ifAbsent = false }: PlaceRequest): Promise<'written' | 'exists'> {
  try {
    await mkdir(dirname(path), { recursive: true })
    if (!ifAbsent) await rename(temporary, path)
    else if (!(await isLinked(temporary, path))) return 'exists'
    return 'written'
  } finally {
    // Also after a rename: between two names of one file it does nothing.
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
    // Linux says EISDIR for a folder, POSIX says EPERM.
    if (!isNotThere(error) && !isCode(error, 'EISDIR') && !isCode(error, 'EPERM')) throw error
  }
}

/** Every plain file below a folder. Links to folders are not followed; a folder that goes meanwhile hides no other. */
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

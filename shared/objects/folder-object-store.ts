import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { folderPath } from './folder-path.ts'
import { createFolderUploads } from './folder-uploads.ts'
import { type ObjectInfo, ObjectMissing, type ObjectStore } from './object-store.ts'
import { isCode, writeChecked } from './write-checked.ts'

const pageLimit = 1000
/** Where writes and uploads are before they are objects. */
const ownFolders = [join('staging', '.writing'), join('staging', '.uploads')]

/**
 * Objects as files under `root`. Every write goes to a temporary file first and appears by one rename or link, so a
 * reader, also after a `kill -9`, sees an object whole or not at all.
 */
export function createFolderObjectStore({ root }: { root: string }): ObjectStore {
  const pathOf = (key: string) => folderPath(root, key)
  const temporaryFolder = join(root, 'staging', '.writing')

  return {
    head: ({ key }) => infoOf(key, pathOf(key)),

    async get({ key, range }) {
      const path = pathOf(key)
      const info = await infoOf(key, path)
      if (info === undefined) throw new ObjectMissing(key)
      const body = createReadStream(path, range === undefined ? {} : { start: range.start, end: range.end })
      return { sizeBytes: info.sizeBytes, etag: info.etag, body }
    },

    async put({ key, body, sizeBytes, sha256, ifAbsent = false }) {
      const path = pathOf(key)
      const temporary = await writeChecked({ folder: temporaryFolder, body, sizeBytes, sha256 })
      return place({ temporary, path, ifAbsent })
    },

    async copy({ from, to }) {
      await mkdir(temporaryFolder, { recursive: true })
      const temporary = join(temporaryFolder, randomUUID())
      try {
        // What people drop may be changed in place; everything else is only ever replaced, so a link is a copy.
        await (from.startsWith('drop/') ? copyFile : link)(pathOf(from), temporary)
      } catch (error) {
        throw isCode(error, 'ENOENT') ? new ObjectMissing(from, error) : error
      }
      await place({ temporary, path: pathOf(to), ifAbsent: false })
    },

    async delete({ keys }) {
      for (const key of keys) await rm(pathOf(key), { force: true })
    },

    async list({ prefix, cursor, limit = pageLimit }) {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      const start = dirname(pathOf(`${folder}x`))
      const found = (await walk(start)).map((path) => relative(root, path).split(sep).join('/'))
      const keys = found.filter((key) => key.startsWith(prefix) && (cursor === undefined || key > cursor)).toSorted()
      const page = await Promise.all(keys.slice(0, limit).map((key) => infoOf(key, join(root, key))))
      const objects = page.filter((info) => info !== undefined)
      return keys.length > limit ? { objects, cursor: keys[limit - 1] } : { objects }
    },

    uploads: createFolderUploads({ root, pathOf }),
  }
}

async function infoOf(key: string, path: string): Promise<ObjectInfo | undefined> {
  try {
    const { size, mtimeMs, mtime, ino, mode } = await stat(path)
    if ((mode & 0o170000) !== 0o100000) return undefined
    return { key, sizeBytes: size, etag: `"${ino.toString(36)}-${mtimeMs.toString(36)}-${size}"`, modifiedAt: mtime }
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}

async function place({ temporary, path, ifAbsent }: { temporary: string; path: string; ifAbsent: boolean }) {
  await mkdir(dirname(path), { recursive: true })
  if (!ifAbsent) {
    await rename(temporary, path)
    return 'written' as const
  }
  try {
    await link(temporary, path)
    return 'written' as const
  } catch (error) {
    if (isCode(error, 'EEXIST')) return 'exists' as const
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Plain files only: links, sockets and devices that someone put there are not objects. */
async function walk(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true })
    return entries
      .filter((entry) => entry.isFile() && !ownFolders.some((own) => entry.parentPath.includes(own)))
      .map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return []
    throw error
  }
}

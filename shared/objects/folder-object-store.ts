import { randomUUID } from 'node:crypto'
import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { infoOf, place, readFileBytes, removeFile, walk } from './folder-files.ts'
import { folderPath } from './folder-path.ts'
import { createFolderUploads } from './folder-uploads.ts'
import { ObjectChanged, ObjectMissing, type ObjectStore } from './object-store.ts'
import { isCode, writeChecked } from './write-checked.ts'

const pageLimit = 1000

/**
 * Objects as files under `root`. Every write goes to a temporary file and appears by one rename or link, so a reader
 * sees an object whole or not at all, even after a `kill -9`.
 */
export function createFolderObjectStore({ root }: { root: string }): ObjectStore {
  const pathOf = (key: string) => folderPath(root, key)
  /** Where writes and uploads are until they become objects. */
  const temporaryFolder = join(root, 'staging', '.writing')
  const ownFolders = [temporaryFolder, join(root, 'staging', '.uploads')].map((folder) => folder + sep)

  return {
    head: ({ key }) => infoOf(key, pathOf(key)),

    async get({ key, range, signal }) {
      signal?.throwIfAborted()
      const path = pathOf(key)
      const info = await infoOf(key, path)
      if (info === undefined) throw new ObjectMissing(key)
      const { sizeBytes, etag } = info
      if (range !== undefined && (range.start >= sizeBytes || range.end < range.start))
        throw new RangeError(`"${key}" has ${sizeBytes} bytes and none at ${range.start}-${range.end}`)
      const body = readFileBytes({ path, etag, range, signal })
      return { sizeBytes, etag, body, cancel: async () => void (await body.return(undefined)) }
    },

    async put({ key, body, sizeBytes, sha256, ifAbsent = false }) {
      const path = pathOf(key)
      const temporary = await writeChecked({ folder: temporaryFolder, body, sizeBytes, sha256 })
      return place({ temporary, path, ifAbsent })
    },

    async copy({ from, to, ifMatch }) {
      const [source, path] = [pathOf(from), pathOf(to)]
      const found = await infoOf(from, source)
      if (found === undefined) throw new ObjectMissing(from)
      if (found.etag !== (ifMatch ?? found.etag)) throw new ObjectChanged(from)
      await mkdir(temporaryFolder, { recursive: true })
      const temporary = join(temporaryFolder, randomUUID())
      try {
        const isLink = ![from, to].some((key) => /^(?:drop|backups)\//.test(key))
        // Drops may be edited in place, and a backup has to survive damage to its source, so both are copied. All other
        // objects are only ever replaced, so a link is as good as a copy.
        await (isLink ? link : copyFile)(source, temporary)
        // The link holds the file it was made of, whatever its source's name means now; a copy has the source's content
        // at that time.
        if ((await infoOf(from, isLink ? temporary : source))?.etag !== found.etag) throw new ObjectChanged(from)
      } catch (error) {
        await rm(temporary, { force: true })
        throw isCode(error, 'ENOENT') ? new ObjectMissing(from, error) : error
      }
      await place({ temporary, path })
    },

    async delete({ keys }) {
      for (const key of keys) await removeFile(pathOf(key))
    },

    async list({ prefix, cursor, limit = pageLimit }) {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      const paths = (await walk(dirname(pathOf(`${folder}x`)))).filter((path) => !ownFolders.some(isAbove(path)))
      const keys = paths.map((path) => relative(root, path).split(sep).join('/'))
      const after = cursor === undefined ? undefined : Buffer.from(cursor)
      // In the order of UTF-8 bytes, like S3; JavaScript's order differs beyond U+FFFF.
      const found = keys
        .filter((key) => key.startsWith(prefix))
        .map((key) => Buffer.from(key))
        .filter((key) => after === undefined || Buffer.compare(key, after) > 0)
        .toSorted(Buffer.compare)
        .map(String)
      const page = await Promise.all(found.slice(0, limit).map((key) => infoOf(key, join(root, key))))
      const objects = page.filter((info) => info !== undefined)
      return found.length > limit ? { objects, cursor: found[limit - 1] } : { objects }
    },

    uploads: createFolderUploads({ root, pathOf }),
  }
}

const isAbove =
  (path: string) =>
  (folder: string): boolean =>
    path.startsWith(folder)

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { place } from './folder-files.ts'
import { type MultipartUploads, type OpenUpload, UploadMissing } from './object-store.ts'
import { isCode, writeChecked } from './write-checked.ts'

/** A part that arrives meanwhile makes the folder non-empty, so the removal is retried. */
const removal = { recursive: true, force: true, maxRetries: 3 }

/** Holds the key beside the parts, because the folder's name only has its hash. */
const keyFile = 'key'

/** Parts are files in a folder of the upload; completing joins them into one file and renames it. */
export function createFolderUploads({
  root,
  pathOf,
}: {
  root: string
  pathOf: (key: string) => string
}): MultipartUploads {
  const uploadFolder = (key: string, uploadId: string) => {
    if (!/^[0-9a-f-]{36}$/.test(uploadId)) throw new UploadMissing('there is no such upload')
    return join(root, 'staging', '.uploads', `${createHash('sha1').update(key).digest('hex')}-${uploadId}`)
  }
  const partPath = (folder: string, partNumber: number) => join(folder, String(partNumber).padStart(5, '0'))

  async function joined(paths: string[]): Promise<string> {
    try {
      const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
      const sizeBytes = sizes.reduce((sum, size) => sum + size, 0)
      return await writeChecked({ folder: join(root, 'staging', '.writing'), body: concatenated(paths), sizeBytes })
    } catch (error) {
      // Another completion is removing the parts, or was killed while doing so.
      throw isCode(error, 'ENOENT') ? new UploadMissing('a part of the upload is gone', { cause: error }) : error
    }
  }

  return {
    async create({ key }) {
      pathOf(key)
      const uploadId = randomUUID()
      const folder = uploadFolder(key, uploadId)
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, keyFile), key)
      return { uploadId }
    },

    async putPart({ key, uploadId, partNumber, body, sizeBytes }) {
      const folder = uploadFolder(key, uploadId)
      await requireFolder(folder)
      const temporary = await writeChecked({ folder: join(root, 'staging', '.writing'), body, sizeBytes })
      try {
        await rename(temporary, partPath(folder, partNumber))
      } catch (error) {
        await rm(temporary, { force: true })
        throw isCode(error, 'ENOENT') ? new UploadMissing('the upload is gone', { cause: error }) : error
      }
      return { etag: `"${partNumber}-${sizeBytes}"` }
    },

    async complete({ key, uploadId, parts }) {
      const folder = uploadFolder(key, uploadId)
      await requireFolder(folder)
      const paths = parts.map(({ partNumber }) => partPath(folder, partNumber))
      const temporary = await joined(paths)
      await place({ temporary, path: pathOf(key) })
      await rm(folder, removal)
    },

    async open({ prefix, limit }) {
      const folder = join(root, 'staging', '.uploads')
      const found: OpenUpload[] = []
      for (const name of await absentAs([], readdir(folder))) {
        const upload = await absentAs(undefined, openUpload(folder, name))
        if (upload?.key.startsWith(prefix) === true) found.push(upload)
        if (found.length === limit) break
      }
      return found
    },

    async abort({ key, uploadId }) {
      await rm(uploadFolder(key, uploadId), removal)
    },
  }
}

async function openUpload(folder: string, name: string): Promise<OpenUpload> {
  const path = join(folder, name, keyFile)
  // The name is the hash of the key and the id.
  const uploadId = name.slice(name.indexOf('-') + 1)
  return { key: await readFile(path, 'utf8'), uploadId, startedAt: (await stat(path)).mtime }
}

async function absentAs<Result>(instead: Result, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading
  } catch (error) {
    // Macs leave files of their own among the folders.
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return instead
    throw error
  }
}

async function* concatenated(paths: string[]): AsyncGenerator<Uint8Array> {
  for (const path of paths) yield* createReadStream(path)
}

async function requireFolder(folder: string) {
  try {
    await stat(folder)
  } catch (error) {
    throw new UploadMissing('the upload was completed or aborted already', { cause: error })
  }
}

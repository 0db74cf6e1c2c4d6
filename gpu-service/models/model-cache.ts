import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errors } from '../../shared/errors.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../shared/objects/object-store.ts'
import { readManifest } from './manifest.ts'
import type { ModelFiles } from './model-files.ts'
import { neededFiles } from './needed-files.ts'
import { sweepPartials, trimFolder } from './trim-folder.ts'

export interface ModelRequest {
  repo: string
  repoId: string
  revision: string
  /** The ONNX file to serve. */
  file: string
}

export interface ModelCacheOptions {
  objects: ObjectStore
  root: string
  /** The most that the folder may hold of revisions that nothing uses. */
  maxBytes?: number | undefined
}

/**
 * Brings the files of a revision from the object store to this disk. A file appears under its name only when it is
 * whole and hashes to what the manifest says, so two processes may share the folder, and a kill leaves nothing half.
 */
export class ModelCache {
  readonly #objects: ObjectStore
  readonly #root: string
  readonly #maxBytes: number
  readonly #inFlight = new Map<string, Promise<void>>()

  constructor({ objects, root, maxBytes = Number.POSITIVE_INFINITY }: ModelCacheOptions) {
    this.#objects = objects
    this.#root = root
    this.#maxBytes = maxBytes
  }

  /** Removes what killed processes left half written: for a start. */
  sweep(): Promise<void> {
    return sweepPartials({ root: this.#root, nowMs: Date.now() })
  }

  /** Makes the folder no larger than it may be; what is in use stays. */
  trim(isInUse: (revision: string) => boolean): Promise<void> {
    return trimFolder({ root: this.#root, maxBytes: this.#maxBytes, isInUse })
  }

  /** @throws AppError `unsupported_model` naming the file at fault. */
  async materialise({ repo, repoId, revision, file }: ModelRequest): Promise<ModelFiles> {
    const { files } = await readManifest({ objects: this.#objects, repo, repoId, revision })
    const needed = neededFiles({ files, file })
    const root = join(this.#root, revision)
    for (const one of needed) await this.#once(join(root, one.path), one)
    // The folder's time is when it was last used.
    const now = new Date()
    await utimes(root, now, now)
    return { root, paths: new Set(needed.map(({ path }) => path)) }
  }

  #once(target: string, file: RevisionFile): Promise<void> {
    const running = this.#inFlight.get(target)
    if (running !== undefined) return running
    const fetched = this.#fetch(target, file).finally(() => this.#inFlight.delete(target))
    this.#inFlight.set(target, fetched)
    return fetched
  }

  async #fetch(target: string, file: RevisionFile): Promise<void> {
    // Verified when it was written, and named only then: its size is enough to trust it later.
    const held = await stat(target).catch(() => undefined)
    if (held?.size === file.sizeBytes) return
    const partial = `${target}.${randomUUID()}.partial`
    await mkdir(dirname(target), { recursive: true })
    try {
      await this.#download(partial, file)
      await rename(partial, target)
    } catch (error) {
      await rm(partial, { force: true })
      if (error instanceof ObjectMissing)
        throw errors.unsupportedModel(`the content of "${file.path}" is not in the store; import the model again.`)
      throw error
    }
  }

  async #download(partial: string, { path, sha256 }: RevisionFile): Promise<void> {
    const { body } = await this.#objects.get({ key: objectKeys.blob(sha256) })
    const hash = createHash('sha256')
    const out = await open(partial, 'wx')
    try {
      for await (const chunk of body) {
        hash.update(chunk)
        await out.writeFile(chunk)
      }
    } finally {
      await out.close()
    }
    if (hash.digest('hex') !== sha256)
      throw errors.unsupportedModel(`the file "${path}" does not match its sha256; import the model again.`)
  }
}

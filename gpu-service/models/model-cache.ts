import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errors } from '../../shared/errors.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../shared/objects/object-store.ts'
import type { FolderLock } from './folder-lock.ts'
import { lockRevision } from './lock-revision.ts'
import { readManifest } from './manifest.ts'
import type { ModelFiles } from './model-files.ts'
import { neededFiles } from './needed-files.ts'
import { sweepFolder } from './sweep-folder.ts'
import { trimFolder } from './trim-folder.ts'
import { type VerifiedFiles, verifiedFiles } from './verified-files.ts'

export interface ModelRequest {
  repo: string
  repoId: string
  revision: string
  /** The ONNX file to serve. */
  file: string
  /** Further files that are served with it. */
  others?: readonly string[]
}

interface ModelCacheOptions {
  objects: ObjectStore
  root: string
  /** The maximum size of the folder; revisions in use are counted, but never removed. */
  maxBytes?: number | undefined
  /** Called for a file that is downloaded again because it is damaged. */
  onDamage?: (file: RevisionFile) => void
  verified?: VerifiedFiles
}

/**
 * Downloads a revision's files from the object store to this disk. A file appears only when it is complete and its hash
 * is right, so processes may share the folder and a kill leaves nothing partial. Files from earlier processes, or
 * touched since, are hashed before use; damaged ones are replaced.
 */
export class ModelCache {
  readonly #objects: ObjectStore
  readonly #root: string
  readonly #maxBytes: number
  readonly #onDamage: ModelCacheOptions['onDamage']
  readonly #verified: VerifiedFiles
  readonly #inFlight = new Map<string, Promise<void>>()
  /** Marks this process as a writer of the folder. */
  #writing: FolderLock | undefined
  #isClosed = false

  constructor(options: ModelCacheOptions) {
    const { objects, root, maxBytes = Number.POSITIVE_INFINITY, onDamage, verified = verifiedFiles } = options
    this.#objects = objects
    this.#root = root
    this.#maxBytes = maxBytes
    this.#onDamage = onDamage
    this.#verified = verified
  }

  /** Removes partial files of killed processes: for a start, before anything is written. */
  async sweep(): Promise<void> {
    const writing = await sweepFolder({ root: this.#root, nowMs: Date.now() })
    // A process stopped during its start would otherwise hold the folder for life.
    if (this.#isClosed) writing.release()
    else this.#writing = writing
  }

  /** Ends writing to the folder. */
  close(): void {
    this.#isClosed = true
    this.#writing?.release()
    this.#writing = undefined
  }

  /** Shrinks the folder to its limit; revisions in use stay. */
  async trim(): Promise<void> {
    if (this.#maxBytes === Number.POSITIVE_INFINITY) return
    await mkdir(join(this.#root, 'locks'), { recursive: true })
    await trimFolder({ root: this.#root, maxBytes: this.#maxBytes })
  }

  /** Keeps a revision's files from being removed by any process. */
  hold({ revision }: Pick<ModelRequest, 'revision'>): Promise<FolderLock> {
    return lockRevision({ root: this.#root, revision })
  }

  /** @throws AppError `unsupported_model` naming the file at fault */
  async materialise({ repo, repoId, revision, file, others }: ModelRequest): Promise<ModelFiles> {
    const { files } = await readManifest({ objects: this.#objects, repo, repoId, revision })
    const needed = neededFiles({ files, file, others })
    const root = join(this.#root, revision)
    for (const one of needed) await this.#once(join(root, one.path), one)
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
    const { sha256 } = file
    const held = await stat(target).catch(() => undefined)
    if (held?.size === file.sizeBytes && (await this.#verified.holds({ path: target, sha256 }))) return
    if (held !== undefined) this.#onDamage?.(file)
    const partial = `${target}.${randomUUID()}.partial`
    await mkdir(dirname(target), { recursive: true })
    try {
      await this.#download(partial, file)
      await rename(partial, target)
      await this.#verified.trust({ path: target, sha256 })
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

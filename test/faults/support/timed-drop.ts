import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DropMessage, encodeEventKey } from '../../../functions/drop/drop-message.ts'
import { handleDrop } from '../../../functions/drop/handle-drop.ts'
import { handleMessage } from '../../../functions/ingest/handle-message.ts'
import { createDropSource } from '../../../functions/ingest/sources/drop.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import { startImport } from '../../../shared/ingest/start-import.ts'
import { createLogger } from '../../../shared/log.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { deleteRef } from '../../../shared/repos/change-ref.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { answeringImport, listImports } from '../../../shared/table/imports.ts'
import { readOwnerUse } from '../../../shared/table/quotas.ts'
import { splitName } from '../../../shared/table/repo-item.ts'
import { findRepo } from '../../../shared/table/repos.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import { freshStores } from './fresh-stores.ts'
import type { Lab, Store } from './lab.ts'
import { PlayedTime } from './played-time.ts'
import { IngestProcess } from './process.ts'

const quietSeconds = 60

/** A drop whose files, watcher and importer all run at given seconds of one simulated clock. */
export class TimedDrop {
  readonly ingest: IngestProcess
  readonly time = new PlayedTime()
  repo: string
  /** When each file arrived, on this clock. */
  readonly puts = new Map<string, number>()
  readonly ingestQueue = this.time.queueOf<IngestMessage>((message) => this.#import(message))
  readonly #lab: Lab
  readonly #store: Store
  /** Uploads in parts that were begun and not completed, and when. */
  readonly #uploading = new Map<string, number>()
  readonly #dropQueue = this.time.queueOf<DropMessage>((message) => this.#watch(message))

  constructor({ lab, store, repo }: { lab: Lab; store: Store; repo: string }) {
    this.#lab = lab
    this.#store = store
    this.repo = repo
    this.ingest = new IngestProcess({ lab, store })
    this.ingest.dependencies.openSource = () =>
      createDropSource({ objects: this.#objects(), repo: this.repo, version: 'v1' })
  }

  /**
   * Puts files at seconds from now, each with its event half a second later, and plays everything to the end. A file
   * with an upload time is put in parts, and has the time at which it was begun, as on S3.
   */
  async play(
    files: [atSeconds: number, path: string, uploadSeconds?: number][],
    others: [number, () => Promise<unknown>][] = [],
  ): Promise<void> {
    for (const [seconds, path, uploadSeconds = 0] of files) {
      const key = this.keyOf(path)
      const beganMs = this.time.nowMs + seconds * 1000
      if (uploadSeconds > 0) this.time.after(seconds, async () => void this.#uploading.set(key, beganMs))
      this.time.after(seconds + uploadSeconds, async () => {
        await this.write(path, path)
        this.#uploading.delete(key)
        this.puts.set(key, uploadSeconds > 0 ? beganMs : this.time.nowMs)
        this.time.after(0.5, () => this.#watch({ Records: [{ s3: { object: { key: encodeEventKey(key) } } }] }))
      })
    }
    for (const [seconds, act] of others) this.time.after(seconds, async () => void (await act()))
    await this.time.playToTheEnd()
  }

  keyOf = (path: string): string => `drop/${this.repo}/v1/${path}`

  /** Writes a file without an event. */
  async write(path: string, content: string): Promise<void> {
    const file = join(this.#store.root, this.keyOf(path))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    await utimes(file, this.time.now(), this.time.now())
    this.puts.set(this.keyOf(path), this.time.nowMs)
  }

  /** Loses an object, like a failing disk. */
  removeObject = (key: string) => this.#store.objects.delete({ keys: [key] })

  /** The imports of its repo, newest first. */
  async imports() {
    const { items } = await listImports(this.#lab.table, { limit: 100 })
    return items.filter((item) => item.repo === this.repo)
  }

  /** The import that answers for an id. */
  answering = (id = '') => answeringImport(this.#lab.table, id)

  /** The number of running imports counted for its owner. */
  underWay = async () => (await readOwnerUse(this.#lab.table, splitName(this.repo).owner)).use.imports

  deleteVersion = async () => {
    const { table } = this.#lab
    const repo = await findRepo(table, { name: this.repo })
    if (repo !== undefined) await deleteRef({ table, repo, ref: { kind: 'tag', name: 'v1' } })
  }

  pull = (more: object = {}) =>
    startImport({
      table: this.#lab.table,
      queue: this.ingestQueue,
      source: { kind: 's3-drop', repo: this.repo, version: 'v1' },
      repo: this.repo,
      tag: 'v1',
      awaitsDrop: true,
      createdBy: 'test',
      now: this.time.now(),
      ...more,
    })

  /** The folder with the times of this clock. */
  #objects(): ObjectStore {
    const { objects } = this.#store
    return {
      ...objects,
      list: async (request) => {
        const page = await objects.list(request)
        const timed = (key: string) => ({ modifiedAt: new Date(this.puts.get(key) ?? this.time.nowMs) })
        return { ...page, objects: page.objects.map((info) => ({ ...info, ...timed(info.key) })) }
      },
      uploads: {
        ...objects.uploads,
        open: async () =>
          Array.from(this.#uploading, ([key, atMs]) => ({ key, uploadId: key, startedAt: new Date(atMs) })),
      },
    }
  }

  async #import(message: IngestMessage): Promise<void> {
    const delivery = { receiveCount: 1, signal: new AbortController().signal }
    const { dependencies } = this.ingest
    await handleMessage(message, delivery, {
      ...dependencies,
      queue: this.ingestQueue,
      objects: this.#objects(),
      now: this.time.now,
      limits: { ...dependencies.limits, dropQuietSeconds: quietSeconds },
    })
  }

  #watch = (message: unknown): Promise<void> =>
    handleDrop(message, {
      table: guardedTable(this.#lab.table, tableAccess.drop),
      objects: this.#objects(),
      ingest: this.ingestQueue,
      drops: this.#dropQueue,
      quietSeconds,
      log: createLogger({ level: 'silent' }),
      now: this.time.now,
    })
}

/** Starts a database for the tests of a file, with a new drop for each. */
export function timedDrops(name: string, begin: (drop: TimedDrop) => void): void {
  let drop: TimedDrop
  freshStores({
    name,
    begin: (fresh) => {
      drop = new TimedDrop(fresh)
      begin(drop)
    },
    end: () => drop.ingest.close(),
  })
}

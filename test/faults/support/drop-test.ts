import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DropMessage, encodeEventKey } from '../../../functions/drop/drop-message.ts'
import { handleDrop } from '../../../functions/drop/handle-drop.ts'
import { createLogger } from '../../../shared/log.ts'
import { objectAccess } from '../../../shared/objects/access.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { listImports } from '../../../shared/table/imports.ts'
import { guardedObjects } from '../../support/guarded-objects.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import { freshStores } from './fresh-stores.ts'
import { type Lab, leftoversOf, type Store, visibleOf } from './lab.ts'
import { IngestProcess } from './process.ts'

/** A drop folder with its watcher and importer, on a clock set by the tests, with the scheduled checks collected. */
export class DropTest {
  readonly quietSeconds = 10
  readonly lab: Lab
  readonly store: Store
  readonly repo: string
  process: IngestProcess
  /** Scheduled messages of the drop queue. */
  looks: { message: DropMessage; delaySeconds: number }[] = []
  clock = new Date()
  queueLife: string | undefined

  constructor({ lab, store, repo }: Pick<DropTest, 'lab' | 'store' | 'repo'>) {
    this.lab = lab
    this.store = store
    this.repo = repo
    this.process = new IngestProcess({ lab, store })
  }

  folder = (version = 'v1') => join(this.store.root, 'drop', this.repo, version)

  async put(files: Record<string, string>, version = 'v1'): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder(version), path)), { recursive: true })
      await writeFile(join(this.folder(version), path), content)
    }
  }

  /** Imports read from these objects from now on. */
  importFrom(objects: ObjectStore): void {
    this.process = new IngestProcess({ lab: this.lab, store: { ...this.store, objects } })
  }

  handle(message: unknown, objects: ObjectStore = this.store.objects): Promise<void> {
    return handleDrop(message, {
      table: guardedTable(this.lab.table, tableAccess.drop),
      objects: guardedObjects(objects, objectAccess.drop),
      ingest: this.process.queue,
      drops: {
        send: async ({ message: sent, delaySeconds = 0 }) => void this.looks.push({ message: sent, delaySeconds }),
        sendMany: async () => {},
        ...(this.queueLife !== undefined && { lifeId: this.queueLife }),
      },
      quietSeconds: this.quietSeconds,
      log: createLogger({ level: 'silent' }),
      now: () => this.clock,
    })
  }

  /** Sends the event of a file that appeared. */
  event(path: string, { version = 'v1', objects }: { version?: string; objects?: ObjectStore } = {}): Promise<void> {
    return this.handle(eventOf(encodeEventKey(`drop/${this.repo}/${version}/${path}`)), objects)
  }

  /** A moment later, so that imports are listed in order. */
  mark(version?: string): Promise<void> {
    this.later(0.001)
    return this.event('_SUCCESS', { ...(version !== undefined && { version }) })
  }

  later(seconds: number): void {
    this.clock = new Date(this.clock.getTime() + seconds * 1000)
  }

  idle = (): Promise<void> => this.process.idle()

  /** The imports of this test's repo, newest first. */
  async imports() {
    const { items } = await listImports(this.lab.table, { limit: 100 })
    return items.filter((item) => item.repo === this.repo)
  }

  visible = () => visibleOf({ table: this.lab.table, objects: this.store.objects, repo: this.repo })

  /** The files of each revision. */
  async paths(): Promise<string[][]> {
    const { content } = await this.visible()
    return Object.values(content).map((files) => (files as { path: string }[]).map(({ path }) => path))
  }

  async leftovers(): Promise<string[]> {
    return leftoversOf(
      this.lab,
      this.store,
      (await this.imports()).map(({ id }) => id),
    )
  }
}

export const eventOf = (key: string) => ({ Records: [{ s3: { object: { key } } }] })

/** Starts a database for the tests of a file, with a new drop folder for each. */
export function freshDrops(name: string, begin: (drop: DropTest) => void): void {
  let drop: DropTest
  freshStores({
    name,
    begin: (fresh) => {
      drop = new DropTest(fresh)
      begin(drop)
    },
    end: () => drop.process.close(),
  })
}

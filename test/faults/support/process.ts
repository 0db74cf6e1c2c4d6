import { resumeImports } from '../../../functions/cleanup/resume-imports.ts'
import type { IngestDependencies, IngestLimits } from '../../../functions/ingest/dependencies.ts'
import { handleMessage } from '../../../functions/ingest/handle-message.ts'
import { createDropSource } from '../../../functions/ingest/sources/drop.ts'
import { createHfSource, type HfTimeouts } from '../../../shared/hf/hf.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import { type StartImport, startImport } from '../../../shared/ingest/start-import.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { objectAccess } from '../../../shared/objects/access.ts'
import { LocalQueue } from '../../../shared/queue/local-queue.ts'
import type { Queue } from '../../../shared/queue/queue.ts'
import { getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { guardedObjects } from '../../support/guarded-objects.ts'
import type { Hub } from '../../support/hub/start-hub.ts'
import { Fuse } from './fuse.ts'
import type { Lab, Store } from './lab.ts'

const log = createLogger({ level: process.env.SLIPWAY_TEST_LOG === undefined ? 'silent' : 'debug' })

export interface ProcessOptions {
  lab: Lab
  store: Store
  hub?: Hub
  fuse?: Fuse
  deliverTwice?: boolean
  /** Delays each message by up to 20 ms, so that they arrive in another order. */
  random?: () => number
  partSizeBytes?: number
  limits?: Partial<IngestLimits>
  timeouts?: HfTimeouts
  /** Replaces dependencies of a step by ones that kill the process: its message is redelivered, without a reason. */
  deadly?: (dependencies: IngestDependencies, kill: () => Promise<never>) => IngestDependencies
}

/** A process that runs imports, in which a second lasts a millisecond. */
export class IngestProcess {
  readonly messages: IngestMessage[] = []
  /** The requested delays in seconds. */
  readonly delays: number[] = []
  readonly queue: Queue<IngestMessage>
  readonly fuse: Fuse
  readonly dependencies: IngestDependencies
  readonly #local: LocalQueue<IngestMessage>
  readonly #options: ProcessOptions

  constructor(options: ProcessOptions) {
    this.#options = options
    const { lab, store, hub, fuse = new Fuse({ writes: false, dies: false }), deliverTwice = false } = options
    this.fuse = fuse
    this.#local = new LocalQueue<IngestMessage>({
      name: 'ingest',
      visibilityTimeoutMs: 60_000,
      maxReceiveCount: 5,
      concurrency: 8,
      deliverTwice,
    })
    this.queue = fuse.queue(this.#hurried(this.#local))
    const objects = guardedObjects(fuse.objects(store.objects), objectAccess.ingest)
    const dropped = guardedObjects(store.objects, objectAccess.ingest)
    this.dependencies = {
      table: fuse.table(lab.table),
      objects,
      queue: this.queue,
      openSource: (item: ImportItem) => {
        const source = parseSource(item.source)
        if (source.kind === 's3-drop') return createDropSource({ objects: dropped, ...source })
        const ref = item.sourceRevision ?? source.ref
        return createHfSource({ endpoint: hub?.url ?? '', repo: source.repo, ref, timeouts: options.timeouts })
      },
      limits: {
        partSizeBytes: options.partSizeBytes ?? 64 * 1024,
        filesMax: 100,
        bytesMax: 10_000_000,
        fileBytesMax: 10_000_000,
        dropQuietSeconds: 10,
        reposMax: 10_000,
        storedBytesMax: 1_000_000_000,
        ...options.limits,
      },
      log,
      metrics: createMetrics(),
      now: () => new Date(),
    }
    this.#local.consume(async (message, delivery) => {
      const death = Promise.withResolvers<never>()
      const kill = () => {
        death.reject(new Error('the process was killed'))
        return new Promise<never>(() => {})
      }
      const dependencies = options.deadly?.(this.dependencies, kill) ?? this.dependencies
      await Promise.race([handleMessage(message, delivery, dependencies), death.promise])
    })
  }

  get deadLetters(): IngestMessage[] {
    return this.#local.deadLetters
  }

  #hurried(local: LocalQueue<IngestMessage>): Queue<IngestMessage> {
    const { random } = this.#options
    const jitter = () => (random === undefined ? 0 : random() * 0.02)
    const send: Queue<IngestMessage>['send'] = ({ message, delaySeconds = 0 }) => {
      this.messages.push(message)
      this.delays.push(delaySeconds)
      return local.send({ message, delaySeconds: delaySeconds / 1000 + jitter() })
    }
    return {
      send,
      async sendMany({ messages }) {
        for (const message of messages) await send({ message })
      },
    }
  }

  /** Starts an import like the API. */
  async start(source: string, repo: string, extra: Partial<StartImport> = {}): Promise<string> {
    const { table } = this.dependencies
    const request = { table, queue: this.queue, source: parseSource(source), repo, createdBy: 'test', now: new Date() }
    return (await startImport({ ...request, ...extra })).item.id
  }

  /** Starts an import and waits for its end. */
  async pull(source: string, repo: string, extra: Partial<StartImport> = {}): Promise<ImportItem> {
    const id = await this.start(source, repo, extra)
    await this.idle()
    return importOf(this.#options.lab, id)
  }

  /** Runs the sweep that AWS runs on a schedule, and one machine at its start. */
  resume(how: { before?: Date; pauseMs?: number; resumesMax?: number } = {}): Promise<number> {
    const before = new Date(Date.now() + 60_000)
    return resumeImports({ table: this.#options.lab.table, queue: this.queue, before, log, ...how })
  }

  /** Waits until nothing is left to do. */
  idle(): Promise<void> {
    return this.#local.idle()
  }

  /** Waits until all is done or the process dies, which loses every message. */
  async idleOrDead(): Promise<void> {
    await Promise.race([this.idle(), this.fuse.isDead ? undefined : this.fuse.died.promise])
    if (this.fuse.isDead) await this.#local.close()
    else await this.idle()
  }

  close(): Promise<void> {
    return this.#local.close()
  }
}

export async function importOf(lab: Lab, id: string): Promise<ImportItem> {
  const item = await getImport(lab.table, id)
  if (item === undefined) throw new Error(`there is no import ${id}`)
  return item
}

import { Worker } from 'node:worker_threads'
import { messageOf } from '../../shared/errors.ts'
import {
  type Device,
  type Engine,
  type EngineCall,
  EngineDied,
  type LostModel,
  ModelHung,
  ModelLost,
  type Tensors,
} from './engine.ts'
import { buffersOf, type WorkerReply, type WorkerRequest, type WorkerSettings } from './messages.ts'

export interface WorkerEngineOptions {
  /** The module of the thread; the composition root knows where a bundle put it. */
  workerUrl: URL
  device: Device
  /** Threads within one run; 1 where several engines share the cores. */
  intraOpThreads?: number
  /** A run that takes longer never ends: its batch was cut to take a fraction of a second. */
  runMsMax?: number
  /** Told when the thread went away unasked. */
  onDeath?: (error: EngineDied) => void
  /** Told of each model that the thread in its place could not load again. */
  onLoss?: (lost: LostModel) => void
}

type Question = WorkerRequest extends infer Request
  ? Request extends WorkerRequest
    ? Omit<Request, 'id'>
    : never
  : never
type Pending = { resolve: (tensors: Tensors) => void; reject: (error: Error) => void; deadline?: NodeJS.Timeout }

/** The main side of one worker thread, which hosts the sessions of many models. A thread that dies is replaced. */
export class WorkerEngine implements Engine {
  readonly #options: WorkerEngineOptions
  readonly #pending = new Map<number, Pending>()
  /** What a new thread has to load again, by its path; or why it could not. */
  readonly #models = new Map<string, string | ModelLost>()
  #worker: Worker | undefined
  #restored: Promise<unknown> = Promise.resolve()
  readonly #restoring = new Set<string>()
  #nextId = 0
  #answered = false
  #closed = false
  /** Threads that a model holds for ever: nothing ends them but the end of the process. */
  #abandoned = 0

  constructor(options: WorkerEngineOptions) {
    this.#options = options
  }

  async load({ modelId, path }: { modelId: string; path: string }): Promise<void> {
    await this.#ask({ kind: 'load', modelId, path })
    this.#models.set(modelId, path)
  }

  async run({ modelId, inputs, outputs }: EngineCall & { modelId: string }): Promise<Tensors> {
    await this.restored()
    const model = this.#models.get(modelId)
    if (model instanceof ModelLost) throw model
    return this.#ask({ kind: 'run', modelId, inputs, outputs }, buffersOf(inputs))
  }

  async restored(): Promise<void> {
    if (this.#worker === undefined && !this.#closed) this.#start()
    await this.#restored
  }

  async unload({ modelId }: { modelId: string }): Promise<void> {
    this.#models.delete(modelId)
    if (this.#worker !== undefined) await this.#ask({ kind: 'unload', modelId })
  }

  /** @throws Error where a thread stays behind that the process cannot end by itself. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#worker !== undefined) await this.#dismiss(this.#worker)
    if (this.#abandoned > 0) throw new ModelHung('a model that never came to an end still holds a thread')
  }

  async #dismiss(worker: Worker): Promise<void> {
    // onnxruntime-node can abort the whole process when a thread that ran it is terminated: it is asked to leave.
    const left = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage({ id: this.#nextId++, kind: 'close' } satisfies WorkerRequest)
    await left
  }

  #ask(question: Question, transfer: ArrayBuffer[] = []): Promise<Tensors> {
    if (this.#closed) return Promise.reject(new EngineDied('the engine is closed'))
    const worker = this.#worker ?? this.#start()
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const entry: Pending = { resolve, reject }
      if (question.kind === 'run') entry.deadline = this.#deadlineOf(question.modelId, worker)
      this.#pending.set(id, entry)
      worker.postMessage({ ...question, id }, transfer)
    })
  }

  #deadlineOf(modelId: string, worker: Worker): NodeJS.Timeout {
    const { runMsMax = 60_000 } = this.#options
    const giveUp = () => {
      if (this.#worker !== worker) return
      const error = new ModelHung(`a run did not come to an end within ${runMsMax / 1000} s`)
      this.#abandoned++
      worker.unref()
      // Not loaded again by the thread that comes in its place.
      this.#lose(modelId, error)
      this.#buried(worker, error)
    }
    return setTimeout(giveUp, runMsMax).unref()
  }

  #start(): Worker {
    const { workerUrl, device, intraOpThreads = 1 } = this.#options
    const worker = new Worker(workerUrl, { workerData: { device, intraOpThreads } satisfies WorkerSettings })
    let reason = 'it ended by itself'
    worker.on('message', (reply: WorkerReply) => this.#settle(reply))
    worker.on('error', (error) => {
      reason = error.message
    })
    worker.on('exit', (code) => this.#buried(worker, new EngineDied(`the engine died (${reason}, code ${code})`)))
    this.#worker = worker
    this.#answered = false
    this.#restored = Promise.all([...this.#models].map(([modelId, path]) => this.#restore(modelId, path)))
    return worker
  }

  async #restore(modelId: string, path: string | ModelLost): Promise<void> {
    if (path instanceof ModelLost) return
    this.#restoring.add(modelId)
    try {
      await this.#ask({ kind: 'load', modelId, path })
    } catch (error) {
      this.#lose(modelId, error)
    }
    this.#restoring.delete(modelId)
  }

  #lose(modelId: string, cause: unknown): void {
    if (this.#closed || typeof this.#models.get(modelId) !== 'string') return
    const error = new ModelLost(`an engine died and could not load it again: ${messageOf(cause)}`)
    this.#models.set(modelId, error)
    this.#options.onLoss?.({ modelId, error })
  }

  #settle(reply: WorkerReply): void {
    this.#answered = true
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    clearTimeout(pending?.deadline)
    if (reply.ok) pending?.resolve(reply.tensors ?? {})
    else pending?.reject(new Error(reply.reason))
  }

  #buried(worker: Worker, error: EngineDied): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const lost = [...this.#pending.values()]
    this.#pending.clear()
    // A model that kills the thread which loads it is not tried again and again.
    for (const modelId of this.#restoring) this.#lose(modelId, error)
    this.#restoring.clear()
    // One that never answered waits for the next question: a thread that cannot start is no loop.
    if (!this.#closed && this.#answered) this.#start()
    for (const { reject, deadline } of lost) {
      clearTimeout(deadline)
      reject(error)
    }
    if (!this.#closed) this.#options.onDeath?.(error)
  }
}

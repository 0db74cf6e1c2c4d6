import { Worker } from 'node:worker_threads'
import { type Device, type Engine, type EngineCall, EngineDied, type Tensors } from './engine.ts'
import { buffersOf, type WorkerReply, type WorkerRequest, type WorkerSettings } from './messages.ts'

export interface WorkerEngineOptions {
  /** The module of the thread; the composition root knows where a bundle put it. */
  workerUrl: URL
  device: Device
  /** Threads within one run; 1 where several engines share the cores. */
  intraOpThreads?: number
  /** Told when the thread went away unasked. */
  onDeath?: (error: EngineDied) => void
}

type Question = WorkerRequest extends infer Request
  ? Request extends WorkerRequest
    ? Omit<Request, 'id'>
    : never
  : never
type Pending = { resolve: (tensors: Tensors) => void; reject: (error: Error) => void }

/** The main side of one worker thread, which hosts the sessions of many models. A thread that dies is replaced. */
export class WorkerEngine implements Engine {
  readonly #options: WorkerEngineOptions
  readonly #pending = new Map<number, Pending>()
  /** What a new thread has to load again. */
  readonly #models = new Map<string, string>()
  #worker: Worker | undefined
  #nextId = 0
  #answered = false
  #closed = false

  constructor(options: WorkerEngineOptions) {
    this.#options = options
  }

  async load({ modelId, path }: { modelId: string; path: string }): Promise<void> {
    await this.#ask({ kind: 'load', modelId, path })
    this.#models.set(modelId, path)
  }

  run({ modelId, inputs, outputs }: EngineCall & { modelId: string }): Promise<Tensors> {
    return this.#ask({ kind: 'run', modelId, inputs, outputs }, buffersOf(inputs))
  }

  async unload({ modelId }: { modelId: string }): Promise<void> {
    this.#models.delete(modelId)
    if (this.#worker !== undefined) await this.#ask({ kind: 'unload', modelId })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const worker = this.#worker
    if (worker === undefined) return
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
      this.#pending.set(id, { resolve, reject })
      worker.postMessage({ ...question, id }, transfer)
    })
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
    for (const [modelId, path] of this.#models)
      worker.postMessage({ id: this.#nextId++, kind: 'load', modelId, path } satisfies WorkerRequest)
    return worker
  }

  #settle(reply: WorkerReply): void {
    this.#answered = true
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if (reply.ok) pending?.resolve(reply.tensors ?? {})
    else pending?.reject(new Error(reply.reason))
  }

  #buried(worker: Worker, error: EngineDied): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const lost = [...this.#pending.values()]
    this.#pending.clear()
    // One that never answered waits for the next question: a thread that cannot start is no loop.
    if (!this.#closed && this.#answered) this.#start()
    for (const { reject } of lost) reject(error)
    if (!this.#closed) this.#options.onDeath?.(error)
  }
}

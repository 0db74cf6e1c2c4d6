import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { yieldTurnAfter } from '../yield-turn.ts'
import { EngineDied, type RunWatch, type Tensors } from './engine.ts'
import { FrameReader } from './frame-reader.ts'
import type { Frame } from './frames.ts'
import type { Question, WorkerReply } from './messages.ts'
import { unpackTensors } from './packed-tensors.ts'
import { RequestWriter } from './request-writer.ts'
import { type SpawnEngine, spawnEngine } from './spawn-engine.ts'
import type { TimeLimit } from './time-limits.ts'

interface WorkerProcessOptions extends SpawnEngine {
  /** Called when it has died, before pending calls are rejected. */
  onGone: (error: EngineDied) => void
}

/** Sent by the system when out of memory, or by an operator. */
const killsFromOutside = new Set<NodeJS.Signals | null>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])

interface Asked {
  tensors?: Tensors
  limit?: TimeLimit
  watch?: RunWatch | undefined
}

interface Pending extends Pick<Asked, 'watch'> {
  limit: TimeLimit | undefined
  resolve: (tensors: Tensors) => void
  reject: (error: Error) => void
}

/** A child process that holds sessions, and its pending calls. It dies with this process, however that ends. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #writer: RequestWriter
  readonly #pending = new Map<number, Pending>()
  readonly #onGone: WorkerProcessOptions['onGone']
  #nextId = 0
  #deadline: NodeJS.Timeout | undefined
  #death: EngineDied | undefined
  /** Whether it has ever answered. */
  hasAnswered = false

  constructor({ onGone, ...process }: WorkerProcessOptions) {
    this.#onGone = onGone
    const { child, socket } = spawnEngine(process)
    this.#child = child
    this.#socket = socket
    this.#writer = new RequestWriter(this.#socket)
    const reader = new FrameReader<WorkerReply>((frame) => this.#settle(frame))
    this.#socket.on('data', (chunk: Buffer) => reader.push(chunk))
    // A broken socket is handled by killing the process.
    this.#socket.on('error', () => this.#kill())
    this.#child.on('error', (error) => this.#died(new EngineDied(`the engine did not start (${error.message})`)))
    this.#child.on('exit', (code, signal) => {
      const how = signal === null ? `it ended by itself, code ${code}` : signal
      this.#died(new EngineDied(`the engine died (${how})`, { isByItself: !killsFromOutside.has(signal) }))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  ask(question: Question, { tensors, limit, watch }: Asked = {}): Promise<Tensors> {
    if (this.#death !== undefined) return Promise.reject(this.#death)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#writer.write({ message: { ...question, id }, tensors })
      this.#pending.set(id, { resolve, reject, limit, watch })
      if (this.#pending.size === 1) this.#watchFirst()
    })
  }

  /** Lets it finish pending calls; resolves when it has exited. */
  async leave(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#writer.end()
    await gone
  }

  #settle({ message, tensors = {} }: Frame<WorkerReply>): void {
    this.hasAnswered = true
    const pending = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (message.ok) pending?.watch?.ran(message.tookMs)
    this.#watchFirst()
    if (pending === undefined) return
    if (message.ok) unpackTensors(tensors, yieldTurnAfter()).then(pending.resolve, pending.reject)
    else pending.reject(new Error(message.reason))
  }

  /** Calls are handled in order, so only the first pending one can time out. */
  #watchFirst(): void {
    clearTimeout(this.#deadline)
    const [first] = this.#pending.values()
    first?.watch?.began()
    if (first?.limit === undefined) return
    const { timeMs, error } = first.limit
    this.#deadline = setTimeout(() => this.#giveUp(first, error()), timeMs).unref()
  }

  /** Only the late call gets the time-out error: the others only waited behind it. */
  #giveUp(late: Pending, error: EngineDied): void {
    late.reject(error)
    this.#died(new EngineDied(error.message), error)
    this.#kill()
  }

  /** A child that did not start has no pid, and `kill` would signal pid 0, the whole process group. */
  #kill(): void {
    if (this.pid !== undefined) this.#child.kill('SIGKILL')
  }

  #died(error: EngineDied, cause = error): void {
    if (this.#death !== undefined) return
    this.#death = error
    clearTimeout(this.#deadline)
    this.#onGone(cause)
    const others = new EngineDied(error.message)
    others.backInMs = cause.backInMs
    // Calls are handled in order, so only the first can be the cause.
    for (const [at, { reject }] of [...this.#pending.values()].entries()) reject(at === 0 ? error : others)
    this.#pending.clear()
  }
}

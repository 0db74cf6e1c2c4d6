import { randomUUID } from 'node:crypto'
import { GroupsInTurn } from './groups-in-turn.ts'
import type { GroupOf, MessageHandler, Queue } from './queue.ts'

interface LocalQueueOptions<Message> {
  name: string
  /** How long a delivered message stays hidden before it is delivered again. */
  visibilityTimeoutMs: number
  /** After this many deliveries a message becomes a dead letter. */
  maxReceiveCount: number
  /** How many messages are handled at a time. */
  concurrency: number
  /** Groups messages for fair scheduling. @default - each message is its own group */
  groupOf?: GroupOf<Message>
  /** How many of the concurrent handlers are reserved for idle groups, because some steps take minutes. */
  keptForOthers?: number
  /** Delivers every message twice, as SQS may, to test idempotency. */
  deliverTwice?: boolean
  /** Called for each failed delivery. */
  onFailure?: (failure: { error: unknown; receiveCount: number; dead: boolean }) => void
}

/** The first delay before a failed message returns; it grows, so that the retries outlast a short outage. */
const againMs = 50

interface Entry<Message> {
  message: Message
  receiveCount: number
}

/**
 * The guarantees of SQS in one process: at-least-once delivery, a visibility timeout, delays, a limited number of
 * tries, dead letters. Messages do not survive a restart; a sweep of unfinished imports sends them again.
 */
export class LocalQueue<Message> implements Queue<Message> {
  readonly lifeId = randomUUID()
  readonly deadLetters: Message[] = []
  readonly #options: LocalQueueOptions<Message>
  readonly #ready = new GroupsInTurn<Entry<Message>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #stopping = new AbortController()
  #handler: MessageHandler<Message> | undefined
  #idle: (() => void)[] = []

  constructor(options: LocalQueueOptions<Message>) {
    this.#options = options
  }

  async send({ message, delaySeconds = 0 }: { message: Message; delaySeconds?: number }): Promise<void> {
    // A copy, as if it were sent as JSON: later changes by the sender must not reach the receiver.
    const copies = this.#options.deliverTwice === true ? 2 : 1
    for (let copy = 0; copy < copies; copy++)
      this.#later(delaySeconds * 1000, { message: asJson(message), receiveCount: 0 })
  }

  async sendMany({ messages }: { messages: readonly Message[] }): Promise<void> {
    for (const message of messages) await this.send({ message })
  }

  /** Starts delivering messages; a queue has one consumer. */
  consume(handler: MessageHandler<Message>): void {
    if (this.#handler !== undefined) throw new Error(`the queue "${this.#options.name}" has a consumer already`)
    this.#handler = handler
    this.#pump()
  }

  /** Resolves when no message is waiting, running or delayed. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Stops delivering, aborts running handlers, and resolves when they have ended. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error('the queue is closing'))
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#ready.clearWaiting()
    await this.idle()
  }

  #later(delayMs: number, entry: Entry<Message>) {
    if (this.#stopping.signal.aborted) return
    if (delayMs <= 0) {
      this.#add(entry)
      queueMicrotask(() => this.#pump())
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#add(entry)
      this.#pump()
    }, delayMs)
    this.#timers.add(timer)
  }

  #add(entry: Entry<Message>) {
    this.#ready.add(entry, this.#options.groupOf?.(entry.message) ?? Symbol('by itself'))
  }

  #pump() {
    const { concurrency, keptForOthers = 0 } = this.#options
    while (this.#handler !== undefined && this.#ready.inHand < concurrency) {
      const taken = this.#ready.take({ onlyToIdle: this.#ready.inHand >= concurrency - keptForOthers })
      if (taken === undefined) break
      void this.#deliver(taken, this.#handler)
    }
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #deliver({ entry, key }: { entry: Entry<Message>; key: unknown }, handler: MessageHandler<Message>) {
    const receiveCount = entry.receiveCount + 1
    const { visibilityTimeoutMs, maxReceiveCount, onFailure } = this.#options
    let returned = false
    // A handler that outlives the timeout keeps running while its message is delivered again, as with SQS.
    const hidden = setTimeout(() => {
      returned = true
      this.#again({ message: entry.message, receiveCount })
    }, visibilityTimeoutMs)
    this.#timers.add(hidden)
    try {
      await handler(asJson(entry.message), { receiveCount, signal: this.#stopping.signal })
    } catch (error) {
      onFailure?.({ error, receiveCount, dead: receiveCount >= maxReceiveCount })
      if (!returned) this.#again({ message: entry.message, receiveCount })
    } finally {
      clearTimeout(hidden)
      this.#timers.delete(hidden)
      this.#ready.end(key)
      this.#pump()
    }
  }

  #again(entry: Entry<Message>) {
    if (entry.receiveCount >= this.#options.maxReceiveCount) this.deadLetters.push(entry.message)
    else this.#later(Math.min(this.#options.visibilityTimeoutMs, againMs * 2 ** entry.receiveCount), entry)
  }

  #isIdle = (): boolean => this.#ready.inHand === 0 && this.#ready.waiting === 0 && this.#timers.size === 0
}

const asJson = <Message>(message: Message): Message => JSON.parse(JSON.stringify(message)) as Message

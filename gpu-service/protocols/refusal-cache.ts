import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { patienceOf } from './call-options.ts'

/** How long a refusal is repeated: short compared with the queue, so that free room is noticed. */
const repeatMs = 20
const heldMax = 1000

const noted = new WeakSet<Request>()

/** Marks a request as refused because of its head, whatever its body. */
export const noteRefusal = (request: Request): void => void noted.add(request)

/** Whether it was marked. */
export const wasRefused = (request: Request): boolean => noted.has(request)

interface Refusal {
  status: number
  /** Alternating names and values, without those that differ per refusal. */
  headers: string[]
  /** The text around the request's id. */
  bodyParts: string[]
  untilMs: number
}

interface RefusalCacheOptions {
  /** Called with the number of repeats per turn of the event loop. */
  onRepeats?: (count: number) => void
  now?: () => number
}

/**
 * Makes refusals nearly free, because most requests are refused under overload: a request refused before its body was
 * read is refused again without running the app. Only for the same caller with the same, recently verified token;
 * everybody else goes through the app, and a stranger gets 401.
 */
export class RefusalCache {
  readonly #held = new Map<string, Refusal>()
  readonly #onRepeats: (count: number) => void
  readonly #now: () => number
  #repeats = 0

  constructor({ onRepeats = () => {}, now = () => performance.now() }: RefusalCacheOptions) {
    this.#onRepeats = onRepeats
    this.#now = now
  }

  /** Stores the answer if the request was marked. */
  async keep({ request, incoming, response }: KeepRefusal): Promise<Response> {
    if (!wasRefused(request)) return response
    const body = await response.text()
    const { status } = response
    const { 'x-request-id': requestId = '', 'content-length': _, ...kept } = Object.fromEntries(response.headers)
    const bodyParts = requestId === '' ? [body] : body.split(requestId)
    if (this.#held.size >= heldMax) this.#held.clear()
    const untilMs = this.#now() + repeatMs
    this.#held.set(keyOf(incoming), { status, headers: Object.entries(kept).flat(), bodyParts, untilMs })
    return new Response(body, { status, headers: response.headers })
  }

  /** Repeats a recent refusal; returns whether it did. */
  repeat(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    if (this.#held.size === 0) return false
    const key = keyOf(incoming)
    const refusal = this.#held.get(key)
    if (refusal === undefined) return false
    if (this.#now() >= refusal.untilMs) {
      this.#held.delete(key)
      return false
    }
    this.#count()
    const requestId = randomUUID()
    const body = refusal.bodyParts.join(requestId)
    const own = ['x-request-id', requestId, 'content-length', String(Buffer.byteLength(body))]
    outgoing.writeHead(refusal.status, refusal.headers.concat(own))
    outgoing.end(body)
    return true
  }

  /** Batched, because a counter hashes its labels on every call. */
  #count(): void {
    if (this.#repeats++ > 0) return
    setImmediate(() => {
      this.#onRepeats(this.#repeats)
      this.#repeats = 0
    })
  }
}

interface KeepRefusal {
  request: Request
  incoming: IncomingMessage
  response: Response
}

/** Everything that a refusal before the body depends on: the caller, the route, and the relevant headers. */
const keyOf = ({ method, url, headers }: IncomingMessage): string => {
  const {
    authorization = '',
    'x-api-key': key = '',
    'x-priority': priority = '',
    'x-session-id': session = '',
  } = headers
  // Headers cannot contain line ends.
  return `${patienceOf(headers['content-length'])}${method} ${url}\n${authorization}\n${key}\n${priority}\n${session}`
}

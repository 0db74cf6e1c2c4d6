import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { patienceOf } from './call-options.ts'

/** How long a refusal is repeated: a small part of what waits, so that room is seen as soon as it is there. */
const repeatMs = 20
const heldMax = 1000

const noted = new WeakSet<Request>()

/** Says that a request is refused for what its head says, whatever is in its body. */
export const noteRefusal = (request: Request): void => void noted.add(request)

/** Whether that was said of it. */
export const wasRefused = (request: Request): boolean => noted.has(request)

interface Refusal {
  status: number
  /** Names and values in turn, without those that each refusal has of its own. */
  headers: string[]
  /** What stands around the id of the request. */
  bodyParts: string[]
  untilMs: number
}

interface RefusalCacheOptions {
  /** Told how many were repeated in a turn of the event loop. */
  onRepeats?: (count: number) => void
  now?: () => number
}

/**
 * Under overload most requests are refused, so a refusal must cost next to nothing: what was just refused before its
 * body was read is refused again without going through the app. Only the same caller with the same token, who was known a
 * moment ago, is told so; everybody else goes the whole way, and a stranger is told 401.
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

  /** Keeps the answer where the request was noted. */
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

  /** Answers what was refused just now; returns whether it did. */
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

  /** A counter hashes its labels each time that it is told. */
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

/** All that a refusal depends on before a body is read: who asks, what, and what the head says of how. */
const keyOf = ({ method, url, headers }: IncomingMessage): string => {
  const {
    authorization = '',
    'x-api-key': key = '',
    'x-priority': priority = '',
    'x-session-id': session = '',
  } = headers
  // No header holds the end of a line.
  return `${patienceOf(headers['content-length'])}${method} ${url}\n${authorization}\n${key}\n${priority}\n${session}`
}

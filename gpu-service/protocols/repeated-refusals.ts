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
  headers: Record<string, string>
  body: string
  untilMs: number
}

/**
 * Under overload most requests are refused, so a refusal must cost next to nothing: what was just refused before its
 * body was read is refused again without any of the way to it. Only the same caller with the same token is told so, who
 * was known a moment ago; everybody else goes the whole way, and a stranger is told 401.
 */
export class RepeatedRefusals {
  readonly #held = new Map<string, Refusal>()
  readonly #onRepeat: () => void
  readonly #now: () => number

  constructor({ onRepeat = () => {}, now = () => performance.now() }: { onRepeat?: () => void; now?: () => number }) {
    this.#onRepeat = onRepeat
    this.#now = now
  }

  /** Keeps the answer where the request was noted. */
  async keep({ request, incoming, response }: KeepRefusal): Promise<Response> {
    if (!wasRefused(request)) return response
    const body = await response.text()
    const { status } = response
    const headers = Object.fromEntries(response.headers)
    if (this.#held.size >= heldMax) this.#held.clear()
    this.#held.set(keyOf(incoming), { status, headers, body, untilMs: this.#now() + repeatMs })
    return new Response(body, { status, headers })
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
    this.#onRepeat()
    const { status, headers } = refusal
    const { 'x-request-id': repeatedId = '' } = headers
    const requestId = randomUUID()
    const body = repeatedId === '' ? refusal.body : refusal.body.replace(repeatedId, requestId)
    outgoing.writeHead(status, {
      ...headers,
      'x-request-id': requestId,
      'content-length': String(Buffer.byteLength(body)),
    })
    outgoing.end(body)
    return true
  }
}

interface KeepRefusal {
  request: Request
  incoming: IncomingMessage
  response: Response
}

/** All that a refusal depends on before a body is read: who asks, what, and what the head says of how. */
const keyOf = ({ method, url, headers }: IncomingMessage): string =>
  JSON.stringify([
    patienceOf(headers['content-length']),
    method,
    url,
    headers.authorization,
    headers['x-api-key'],
    headers['x-priority'],
    headers['x-session-id'],
  ])

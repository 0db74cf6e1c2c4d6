import { randomUUID } from 'node:crypto'
import { type IncomingMessage, maxHeaderSize, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type AppError, errors } from '../shared/errors.ts'
import { platformEnvelope } from '../shared/http/envelopes.ts'

/**
 * Answers requests that no app sees, because they are not valid HTTP or have an `Expect` that nobody meets. Without it
 * Node answers them with a bare status.
 */
export function answerMalformed(server: Server): void {
  server.on('checkExpectation', (_incoming: IncomingMessage, outgoing: ServerResponse) =>
    answerOutside(outgoing, errors.expectationFailed()),
  )
  server.on('clientError', (fault: ParseFault, socket: Duplex & { _httpMessage?: ServerResponse | null }) => {
    // Anything written behind the beginning of an answer would be read as part of it.
    if (!socket.writable || fault.code === 'ECONNRESET' || socket._httpMessage?.headersSent) socket.destroy(fault)
    else socket.end(asText(errorOf(fault)), () => socket.destroy())
  })
}

/** Why no app can take a request; `undefined` if one can. */
export function addressFault({ headers: { host }, httpVersion }: IncomingMessage): string | undefined {
  if (host === undefined) return httpVersion === '1.0' ? undefined : 'the header "Host" is missing'
  // For example "1.2.3.4.5", of which no URL can be made.
  return isHost(host) ? undefined : `the header "Host" is "${host.slice(0, 100)}", which is no name of a host`
}

/** Nearly all requests have the same. */
let lastHost: string | undefined

function isHost(host: string): boolean {
  if (host !== lastHost && !URL.canParse(`http://${host}/`)) return false
  lastHost = host
  return true
}

/** Answers a request that is not handed to the app. */
export function answerOutside(outgoing: ServerResponse, error: AppError): void {
  const { headers, body } = answerTo(error, randomUUID())
  outgoing.writeHead(error.status, { ...headers, connection: 'close' }).end(body)
}

/** The same as a response. */
export function responseTo(errorOf: (requestId: string) => AppError): Response {
  const requestId = randomUUID()
  const error = errorOf(requestId)
  const { headers, body } = answerTo(error, requestId)
  return new Response(body, { status: error.status, headers })
}

/** The same as text, where there is only a socket. */
export function asText(error: AppError): string {
  const { headers, body } = answerTo(error, randomUUID())
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`
}

function answerTo(error: AppError, requestId: string) {
  const body = JSON.stringify(platformEnvelope(error, requestId))
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    ...(!error.retryable && { 'x-should-retry': 'false' }),
  }
  return { headers, body }
}

interface ParseFault extends Error {
  code?: string
  /** The HTTP parser's reason. */
  reason?: string
}

function errorOf({ code, reason }: ParseFault): AppError {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge(maxHeaderSize)
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimedOut()
  return errors.malformedRequest(reason ?? 'it could not be parsed')
}

import { Patience } from './patience.ts'
import { describeSubject, refusalOf, type Subject } from './refusals.ts'
import { resolveRedirects } from './resolve-redirects.ts'
import { SourceError } from './source.ts'

export interface HfConnection {
  /** Without a trailing slash; may have a path. */
  endpoint: string
  token: string | undefined
  fetch: typeof fetch
  connectTimeoutMs: number
  idleTimeoutMs: number
}

export interface HfAnswer {
  status: number
  headers: Headers
  /** Throws `SourceError` when the connection breaks or is idle for too long. */
  body: AsyncIterable<Uint8Array>
  /** Drops the connection without reading the body. */
  release(): void
}

/**
 * Sends a request to a hub and follows redirects, with the token for the hub's own origin only.
 * @throws SourceError for every failure and every status of 400 and above; the reason of `signal` when it is aborted.
 */
export async function requestHf({ connection, url, headers, json, subject, signal }: HfRequest): Promise<HfAnswer> {
  const { token, connectTimeoutMs, idleTimeoutMs } = connection
  const patience = new Patience({ signal })
  const failure = (error: unknown, host: string, what: 'connect' | 'read'): unknown => {
    if (signal?.aborted) return signal.reason
    if (error instanceof SourceError) return error
    const fields = { retryable: true, path: subject.path, cause: error }
    if (patience.isExpired) {
      const waitedMs = what === 'connect' ? connectTimeoutMs : idleTimeoutMs
      const message = `${host} sent nothing for ${waitedMs / 1000} s for ${describeSubject(subject)}.`
      return new SourceError({ ...fields, code: 'source_unreachable', message })
    }
    if (what === 'connect')
      return new SourceError({
        ...fields,
        code: 'source_unreachable',
        message: `${host} cannot be reached${reasonOf(error)}. Check the network and the server's HF_ENDPOINT, or bring the files in by a drop or an upload.`,
      })
    const message = `The connection to ${host} broke before ${describeSubject(subject)} was whole${reasonOf(error)}.`
    return new SourceError({ ...fields, code: 'source_truncated', message })
  }

  let askedHost = url.host
  try {
    const { response, host, isTrusted } = await resolveRedirects({
      url,
      request: (hop) => {
        askedHost = hop.url.host
        const authorization = token !== undefined && hop.isTrusted ? { authorization: `Bearer ${token}` } : {}
        const thing = connection.fetch(hop.url, {
          ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
          headers: { ...headers, ...authorization },
          redirect: 'manual',
          signal: patience.signal,
        })
        return patience.waitFor({ thing, timeoutMs: connectTimeoutMs })
      },
    })
    if (!response.ok)
      throw refusalOf({
        status: response.status,
        headers: response.headers,
        host,
        isTrusted,
        hasToken: token !== undefined,
        subject,
      })
    const toError = (error: unknown) => failure(error, host, 'read')
    // Takes the reader at once, because fetch cancels an unread body when its response is garbage-collected.
    const reader = response.body?.getReader()
    const body = chunksOf({ reader, patience, idleTimeoutMs, toError })
    return { status: response.status, headers: response.headers, body, release: () => patience.end() }
  } catch (error) {
    patience.end()
    throw failure(error, askedHost, 'connect')
  }
}

interface HfRequest {
  connection: HfConnection
  url: URL
  headers: Record<string, string>
  /** A body, which makes the request a POST. */
  json?: unknown
  subject: Subject
  signal: AbortSignal | undefined
}

async function* chunksOf({ reader, patience, idleTimeoutMs, toError }: ChunksInput): AsyncGenerator<Uint8Array> {
  try {
    while (reader !== undefined) {
      const thing = reader.read().catch((error: unknown) => {
        throw toError(error)
      })
      const { done, value } = await patience.waitFor({ thing, timeoutMs: idleTimeoutMs })
      if (done) return
      yield value
    }
  } finally {
    patience.end()
  }
}

interface ChunksInput {
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  patience: Patience
  idleTimeoutMs: number
  toError: (error: unknown) => unknown
}

/** Only the system's short code: a longer text could quote a signed URL. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? ` (${code})` : ''
}

import { buffer } from 'node:stream/consumers'
import type * as z from 'zod'
import { type HfConnection, requestHf } from '../../../shared/hf/hf-request.ts'
import type { Subject } from '../../../shared/hf/refusals.ts'
import { SourceError } from '../../../shared/hf/source.ts'
import { plainIssues } from '../../../shared/plain-issues.ts'

const answerMaxBytes = 16 * 1024 ** 2

/** Requests JSON from the upstream Hub and validates it. @throws SourceError */
export async function readJson<Schema extends z.ZodType>(request: JsonRequest<Schema>): Promise<z.output<Schema>> {
  return (await readPage({ ...request, url: urlOf(request) })).value
}

/** The items of all pages of a list, following its links. @throws SourceError also for an endless list */
export async function* readPages<Item extends z.ZodType>(
  request: Omit<JsonRequest<z.ZodArray<Item>>, 'json'>,
): AsyncGenerator<z.output<Item>> {
  let url = urlOf(request)
  for (let pages = 1; ; pages++) {
    const { value, next } = await readPage({ ...request, url })
    yield* value
    if (next === undefined) return
    const following = URL.parse(next, url.href)
    // The token goes with the request, so other origins are refused.
    if (following?.origin !== url.origin || pages === pagesMax) throw notTheProtocol(request.subject)
    url = following
  }
}

const pagesMax = 100

const urlOf = ({
  connection,
  segments,
  query = {},
}: Pick<JsonRequest<z.ZodType>, 'connection' | 'segments' | 'query'>) => {
  const url = new URL(`${connection.endpoint}/${segments.map(encodeURIComponent).join('/')}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

async function readPage<Schema extends z.ZodType>(
  request: Omit<JsonRequest<Schema>, 'segments' | 'query'> & { url: URL },
): Promise<{ value: z.output<Schema>; next: string | undefined }> {
  const { connection, url, json, schema, subject, signal } = request
  const headers = { accept: 'application/json', ...(json !== undefined && { 'content-type': 'application/json' }) }
  const answer = await requestHf({ connection, url, headers, json, subject, signal })
  const text = await buffer(atMost(answer.body, subject))
  try {
    const [, next] = /<([^>]+)>; *rel="next"/.exec(answer.headers.get('link') ?? '') ?? []
    return { value: schema.parse(JSON.parse(text.toString()), plainIssues), next }
  } catch (error) {
    throw notTheProtocol(subject, error)
  }
}

interface JsonRequest<Schema extends z.ZodType> {
  connection: HfConnection
  /** Not encoded. */
  segments: readonly string[]
  query?: Record<string, string>
  /** A body, which makes the request a POST. */
  json?: unknown
  schema: Schema
  subject: Subject
  signal?: AbortSignal | undefined
}

async function* atMost(body: AsyncIterable<Uint8Array>, subject: Subject) {
  let receivedBytes = 0
  for await (const chunk of body) {
    receivedBytes += chunk.byteLength
    if (receivedBytes > answerMaxBytes) throw notTheProtocol(subject)
    yield chunk
  }
}

const notTheProtocol = ({ repo }: Subject, cause?: unknown) =>
  new SourceError({ code: 'source_protocol', message: `"${repo}" is not answered in the Hub protocol.`, cause })

import { buffer } from 'node:stream/consumers'
import type * as z from 'zod'
import { type HfConnection, requestHf } from '../../../shared/hf/hf-request.ts'
import type { Subject } from '../../../shared/hf/refusals.ts'
import { SourceError } from '../../../shared/hf/source.ts'

const answerMaxBytes = 16 * 1024 ** 2

/** Asks the other Hub for JSON, and takes of it what the schema names. @throws SourceError */
export async function readJson<Schema extends z.ZodType>(request: JsonRequest<Schema>): Promise<z.output<Schema>> {
  const { connection, segments, query = {}, json, schema, subject, signal } = request
  const url = new URL(`${connection.endpoint}/${segments.map(encodeURIComponent).join('/')}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const headers = { accept: 'application/json', ...(json !== undefined && { 'content-type': 'application/json' }) }
  const answer = await requestHf({ connection, url, headers, json, subject, signal })
  const text = await buffer(atMost(answer.body, subject))
  try {
    return schema.parse(JSON.parse(text.toString()))
  } catch (error) {
    throw notTheProtocol(subject, error)
  }
}

export interface JsonRequest<Schema extends z.ZodType> {
  connection: HfConnection
  /** Not encoded. */
  segments: readonly string[]
  query?: Record<string, string>
  /** Sent with POST. */
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

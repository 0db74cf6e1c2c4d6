import { buffer } from 'node:stream/consumers'
import { listFiles, modelInfo } from '@huggingface/hub'
import * as z from 'zod'
import { sourceFilesMax } from '../model/source.ts'
import { type HfConnection, requestHf } from './hf-request.ts'
import { describeSubject, type Subject } from './refusals.ts'
import { SourceError, type SourceFile, type SourceListing } from './source.ts'

const answerMaxBytes = 16 * 1024 * 1024
const pagesMax = 1000

const gitSha1 = z.string().regex(/^[0-9a-f]{40}$/)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const sizeBytes = z.int().nonnegative()
const treeFile = z.object({
  path: z.string(),
  size: sizeBytes,
  oid: gitSha1,
  lfs: z.object({ oid: sha256, size: sizeBytes }).optional(),
})

/**
 * Pins a ref to its commit (hub-protocol R2) and lists every file of that commit (R3, section 4).
 * `@huggingface/hub` knows the routes, the paging and the shapes. It uses our fetch, because on its own it hides the
 * headers of an error (`Retry-After`), refuses tokens that do not start with `hf_`, waits forever, and sends the token
 * to whatever host a `Link` names. So it gets no token: our fetch adds it, and throws `SourceError` before the library
 * sees a bad status.
 */
export async function listHf({ connection, repo, ref, signal }: ListInput): Promise<SourceListing> {
  const name = repo.split('/').map(encodeURIComponent).join('/')
  const asked = { repo, revision: ref }
  const common = { hubUrl: connection.endpoint, fetch: createApiFetch({ connection, subject: asked, signal }) }
  try {
    const { sha } = await modelInfo({ name, revision: ref, additionalFields: ['sha'], ...common })
    const revision = checked({ schema: gitSha1, value: sha, subject: asked, what: 'a commit' })
    const files: SourceFile[] = []
    for await (const entry of listFiles({ repo: { type: 'model', name }, revision, recursive: true, ...common })) {
      if (entry.type !== 'file') continue
      if (files.length === sourceFilesMax)
        throw new SourceError({
          code: 'too_many_files',
          message: `${describeSubject(asked)} has more than ${sourceFilesMax} files.`,
        })
      files.push(toSourceFile(entry, asked))
    }
    return { revision, files }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof SourceError) throw error
    throw protocolError(asked, 'is answered with something that is not the JSON of the Hub protocol', error)
  }
}

interface ListInput {
  connection: HfConnection
  repo: string
  ref: string
  signal: AbortSignal | undefined
}

function createApiFetch({ connection, subject, signal }: ApiFetchInput): typeof fetch {
  let pages = 0
  return async (input) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.origin !== new URL(connection.endpoint).origin)
      throw protocolError(subject, `continues on another host (${url.host})`)
    if (++pages > pagesMax) throw protocolError(subject, `has more than ${pagesMax} pages of files`)
    const answer = await requestHf({ connection, url, headers: { accept: 'application/json' }, subject, signal })
    const json = await buffer(atMost(answer.body, subject))
    const link = answer.headers.get('link')
    return new Response(json, { headers: link === null ? {} : { link } })
  }
}

type ApiFetchInput = Pick<ListInput, 'connection' | 'signal'> & { subject: Subject }

async function* atMost(body: AsyncIterable<Uint8Array>, subject: Subject) {
  let receivedBytes = 0
  for await (const chunk of body) {
    receivedBytes += chunk.byteLength
    if (receivedBytes > answerMaxBytes) throw protocolError(subject, `is answered with over ${answerMaxBytes} bytes`)
    yield chunk
  }
}

function toSourceFile(entry: unknown, subject: Subject): SourceFile {
  const { path, size, oid, lfs } = checked({ schema: treeFile, value: entry, subject, what: 'a file' })
  if (lfs === undefined) return { path, sizeBytes: size, gitSha1: oid }
  if (lfs.size !== size) throw protocolError(subject, `lists ${quoted(path)} with two sizes`)
  return { path, sizeBytes: size, sha256: lfs.oid }
}

function checked<Value>({ schema, value, subject, what }: CheckInput<Value>): Value {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const field = result.error.issues[0]?.path.join('.') ?? ''
  const path = typeof value === 'object' && value !== null && 'path' in value ? ` ${quoted(value.path)}` : ''
  throw protocolError(
    subject,
    `lists ${what}${path} with a wrong ${field === '' ? 'name' : `"${field}"`}`,
    result.error,
  )
}

interface CheckInput<Value> {
  schema: z.ZodType<Value>
  value: unknown
  subject: Subject
  what: string
}

const quoted = (value: unknown): string => String(JSON.stringify(value)).slice(0, 200)

const protocolError = (subject: Subject, problem: string, cause?: unknown) =>
  new SourceError({ code: 'source_protocol', message: `${describeSubject(subject)} ${problem}.`, cause })

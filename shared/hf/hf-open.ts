import { pathFault } from '../model/file-path.ts'
import { type HfAnswer, type HfConnection, requestHf } from './hf-request.ts'
import { type OpenRequest, SourceError } from './source.ts'

/**
 * Streams a range of a file from `/resolve` (hub-protocol R1). Not with `downloadFile` of `@huggingface/hub`, which
 * asks for one byte first, hides `Retry-After` and accepts a body that ends early.
 */
export async function openHf({ connection, repo, request }: OpenInput): Promise<AsyncIterable<Uint8Array>> {
  const { file, revision, start, end, signal } = request
  signal?.throwIfAborted()
  if (file.sizeBytes === 0) return nothing()
  if (start < 0 || start > end || end >= file.sizeBytes)
    throw new RangeError(`bytes ${start}-${end} are not in "${file.path}" of ${file.sizeBytes} bytes`)
  // fetch would resolve a ".." before sending the request, and take the token to another route.
  if (pathFault(file.path) !== undefined) throw protocolError(file.path, `has a bad path: ${pathFault(file.path)}`)

  const path = [...repo.split('/'), 'resolve', revision, ...file.path.split('/')].map(encodeURIComponent).join('/')
  const answer = await requestHf({
    connection,
    url: new URL(`${connection.endpoint}/${path}`),
    // fetch would decompress the answer, and a range of compressed bytes is not a range of the file.
    headers: { range: `bytes=${start}-${end}`, 'accept-encoding': 'identity' },
    subject: { repo, revision, path: file.path },
    signal,
  })
  const fault = answerFault(answer, request)
  if (fault !== undefined) {
    answer.release()
    throw protocolError(file.path, fault)
  }
  return exactly({ body: answer.body, expectedBytes: end - start + 1, path: file.path })
}

interface OpenInput {
  connection: HfConnection
  repo: string
  request: OpenRequest
}

/** Why an answer is not the requested range; `undefined` where it is. */
function answerFault({ status, headers }: HfAnswer, { file, start, end }: OpenRequest): string | undefined {
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (encoding !== 'identity') return `is sent with the encoding "${encoding.slice(0, 60)}", which was not asked for`
  if (status === 206) {
    const range = headers.get('content-range') ?? 'no Content-Range'
    const isRight = range === `bytes ${start}-${end}/${file.sizeBytes}` || range === `bytes ${start}-${end}/*`
    return isRight
      ? undefined
      : `is sent as "${range.slice(0, 60)}" instead of bytes ${start}-${end} of ${file.sizeBytes}`
  }
  if (status !== 200) return `is answered with status ${status} instead of 206`
  if (start !== 0 || end !== file.sizeBytes - 1) return 'is sent whole although a part was asked for (200, not 206)'
  const length = headers.get('content-length') ?? String(file.sizeBytes)
  return length === String(file.sizeBytes)
    ? undefined
    : `is sent with ${length.slice(0, 20)} bytes instead of ${file.sizeBytes}`
}

async function* exactly({ body, expectedBytes, path }: ExactInput): AsyncGenerator<Uint8Array> {
  let receivedBytes = 0
  for await (const chunk of body) {
    receivedBytes += chunk.byteLength
    if (receivedBytes > expectedBytes)
      throw protocolError(path, `is sent with more than the ${expectedBytes} bytes asked`)
    yield chunk
  }
  if (receivedBytes < expectedBytes)
    throw new SourceError({
      code: 'source_truncated',
      message: `"${path}" ended after ${receivedBytes} of the ${expectedBytes} bytes asked.`,
      retryable: true,
      path,
    })
}

interface ExactInput {
  body: AsyncIterable<Uint8Array>
  expectedBytes: number
  path: string
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const protocolError = (path: string, problem: string) =>
  new SourceError({ code: 'source_protocol', message: `"${path}" ${problem}.`, path })

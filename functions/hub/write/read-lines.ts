import { errors } from '../../../shared/errors.ts'
import { isAborted } from '../../../shared/http/aborted-body.ts'

export interface LineLimits {
  /** Of the whole body. */
  totalMaxBytes: number
  linesMax: number
}

/** The non-blank lines of a streamed text. @throws AppError `payload_too_large`, `invalid_request` */
export async function* readLines(
  body: AsyncIterable<Uint8Array>,
  { totalMaxBytes, linesMax }: LineLimits,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let pieces: Uint8Array[] = []
  let totalBytes = 0
  let lines = 0
  const line = (): string => {
    if (++lines > linesMax)
      throw errors.invalidRequest(`A commit can have at most ${linesMax} lines. Make several commits.`)
    const bytes = Buffer.concat(pieces)
    pieces = []
    try {
      return decoder.decode(bytes)
    } catch {
      throw errors.invalidRequest(`Line ${lines} is not UTF-8.`)
    }
  }
  for await (const chunk of untilBrokenOff(body)) {
    totalBytes += chunk.byteLength
    if (totalBytes > totalMaxBytes) throw errors.payloadTooLarge(totalMaxBytes)
    let rest = chunk
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      pieces.push(rest.subarray(0, end))
      rest = rest.subarray(end + 1)
      const text = line()
      if (text.trim() !== '') yield text
    }
    if (rest.byteLength > 0) pieces.push(rest)
  }
  const last = line()
  if (last.trim() !== '') yield last
}

/** A sender that disconnects is no failure of ours. */
async function* untilBrokenOff(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw isAborted(error) ? errors.clientClosed() : error
  }
}

const newline = 0x0a

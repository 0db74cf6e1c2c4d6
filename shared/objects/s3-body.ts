import { Readable } from 'node:stream'
import { SizeMismatch } from './object-store.ts'

/**
 * Sends a body to S3, and fails with the body's own error where it breaks or has the wrong size. The SDK wraps the
 * stream in others without listening to their errors, and one unheard error would end the process.
 */
export async function sendBody<Answer>(
  { body, sizeBytes }: { body: AsyncIterable<Uint8Array> | Uint8Array; sizeBytes: number },
  send: (body: Readable | Uint8Array, signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const broken = new AbortController()
  if (body instanceof Uint8Array) {
    if (body.byteLength !== sizeBytes) throw wrongSize(body.byteLength, sizeBytes)
    return send(body, broken.signal)
  }
  const stream = Readable.from(silenced(exactly(body, sizeBytes), broken), { objectMode: false })
  try {
    return await send(stream, broken.signal)
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error
  } finally {
    stream.destroy()
  }
}

/** Aborts the request and stops, instead of throwing. */
async function* silenced(body: AsyncIterable<Uint8Array>, broken: AbortController): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    broken.abort(error)
    await new Promise(() => {})
  }
}

async function* exactly(body: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let sent = 0
  for await (const chunk of body) {
    sent += chunk.byteLength
    if (sent > sizeBytes) throw wrongSize(sent, sizeBytes)
    yield chunk
  }
  if (sent < sizeBytes) throw wrongSize(sent, sizeBytes)
}

const wrongSize = (came: number, sizeBytes: number) =>
  new SizeMismatch(`${came} bytes came, ${sizeBytes} were announced`)

import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Answer } from './answer.ts'
import type { Fault } from './faults.ts'
import { spoil, stopAfter } from './spoil.ts'

/** Writes an answer to its connection, with its fault. Resolves when nothing more will be written. */
export async function send({ response, answer, fault, isHead }: SendInput): Promise<void> {
  if (fault?.kind === 'hang' && fault.afterBytes === undefined) return
  if (fault?.kind === 'cut' && fault.afterBytes === undefined) {
    response.socket?.destroy()
    return
  }
  const { status, headers, bytes } = withJsonAsBytes(spoil(answer, fault))
  response.writeHead(status, {
    ...('Transfer-Encoding' in headers ? {} : { 'Content-Length': bytes?.sizeBytes ?? 0 }),
    ...headers,
  })
  if (isHead || bytes === undefined) {
    response.end()
    return
  }
  // A client that disconnects is normal here: its request is recorded as unfinished.
  await sendBody({ response, body: bytes.read(), fault }).catch(() => response.destroy())
}

interface SendInput {
  response: ServerResponse
  answer: Answer
  fault: Fault | undefined
  isHead: boolean
}

async function sendBody({
  response,
  body,
  fault,
}: {
  response: ServerResponse
  body: AsyncIterable<Uint8Array>
  fault: Fault | undefined
}) {
  const stopsAt = fault?.kind === 'cut' || fault?.kind === 'hang' ? fault.afterBytes : undefined
  if (stopsAt === undefined) return pipeline(Readable.from(body), response)
  response.flushHeaders()
  await pipeline(Readable.from(stopAfter(body, stopsAt)), response, { end: false })
  if (fault?.kind === 'cut') response.socket?.destroySoon()
}

function withJsonAsBytes(answer: Answer): Answer {
  if (answer.json === undefined) return answer
  const text = Buffer.from(JSON.stringify(answer.json))
  return {
    ...answer,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...answer.headers },
    bytes: {
      sizeBytes: text.byteLength,
      read: async function* () {
        yield text
      },
    },
  }
}

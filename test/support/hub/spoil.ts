import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, errorAnswer, textAnswer } from './answer.ts'
import type { Fault } from './faults.ts'

/** Applies a fault to an answer; `cut` and `hang` end the connection, so the sender applies them. */
export function spoil(answer: Answer, fault: Fault | undefined): Answer {
  switch (fault?.kind) {
    case 'status':
      return statusAnswer(fault)
    case 'html':
      return textAnswer({ status: 200, type: 'text/html', text: '<!doctype html><title>We are down</title>' })
    case 'redirect':
      return { status: 302, headers: { Location: fault.location } }
    case 'headers':
      return { ...answer, headers: { ...answer.headers, ...fault.headers } }
    case 'edit-json':
      return { ...answer, json: fault.edit(answer.json) }
    case 'hostile-path':
      return { ...answer, json: withOneMoreFile(answer.json, fault.path) }
    case 'wrong-bytes':
      return withBody(answer, (body) => flipFirstByte(body))
    case 'slow':
      return withBody(answer, (body) => slowDown(body, fault.bytesPerSecond))
    case 'short':
      return chunked(withBody(answer, (body, size) => stopAfter(body, Math.max(0, size - (fault.missingBytes ?? 1)))))
    case 'long':
      return chunked(withBody(answer, (body) => goOn(body, fault.extraBytes)))
    default:
      return answer
  }
}

/** Passes on this many bytes of a body and no more. */
export async function* stopAfter(body: AsyncIterable<Uint8Array>, sizeBytes: number) {
  let left = sizeBytes
  for await (const chunk of body) {
    if (left <= 0) return
    yield chunk.subarray(0, left)
    left -= chunk.byteLength
  }
}

function statusAnswer({ status, retryAfterSeconds, headers = {} }: Extract<Fault, { kind: 'status' }>): Answer {
  const retryAfter = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }
  return errorAnswer({
    status,
    message: `The stand-in was told to answer ${status}`,
    headers: { ...retryAfter, ...headers },
  })
}

const withOneMoreFile = (json: unknown, path: string): unknown =>
  Array.isArray(json) ? [...json, { type: 'file', path, size: 4, oid: 'a'.repeat(40) }] : json

function withBody(
  answer: Answer,
  change: (body: AsyncIterable<Uint8Array>, sizeBytes: number) => AsyncIterable<Uint8Array>,
): Answer {
  const { bytes } = answer
  if (bytes === undefined) return answer
  return { ...answer, bytes: { ...bytes, read: () => change(bytes.read(), bytes.sizeBytes) } }
}

/** Without a length in the header, a body may end anywhere and still be complete. */
const chunked = (answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'Transfer-Encoding': 'chunked' },
})

async function* flipFirstByte(body: AsyncIterable<Uint8Array>) {
  let isFirst = true
  for await (const chunk of body) {
    const copy = Buffer.from(chunk)
    if (isFirst && copy.length > 0) {
      copy.writeUInt8(copy.readUInt8(0) ^ 1, 0)
      isFirst = false
    }
    yield copy
  }
}

async function* goOn(body: AsyncIterable<Uint8Array>, extraBytes: number) {
  yield* body
  yield Buffer.alloc(extraBytes)
}

const stepMs = 50

async function* slowDown(body: AsyncIterable<Uint8Array>, bytesPerSecond: number) {
  const stepBytes = Math.max(1, Math.floor((bytesPerSecond * stepMs) / 1000))
  let sentInStep = 0
  for await (const chunk of body)
    for (let at = 0; at < chunk.byteLength; at += stepBytes) {
      const piece = chunk.subarray(at, at + stepBytes)
      yield piece
      sentInStep += piece.byteLength
      if (sentInStep < stepBytes) continue
      sentInStep = 0
      await sleep(stepMs, undefined, { ref: false })
    }
}

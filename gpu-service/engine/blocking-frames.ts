import { readSync, writeSync } from 'node:fs'
import { decodeFrame, encodeFrame, type Frame, joined, prefixBytes, readPrefix } from './frames.ts'

/** Waits for the next frame without an event loop, or returns `undefined` when the other side has gone. */
export function readFrame<Message>(fd: number): Frame<Message> | undefined {
  const prefix = readWhole(fd, prefixBytes)
  if (prefix === undefined) return undefined
  const { headBytes, bodyBytes } = readPrefix(prefix)
  const head = readWhole(fd, headBytes)
  const body = readWhole(fd, bodyBytes)
  return head && body && decodeFrame<Message>(head, body.buffer)
}

/** Short ones in one piece, so that the reader wakes up once. */
export function writeFrames<Message>(fd: number, frames: readonly Frame<Message>[]): void {
  for (const piece of joined(frames.flatMap(encodeFrame)))
    for (let at = 0; at < piece.byteLength; ) at += writeSync(fd, piece, at)
}

function readWhole(fd: number, sizeBytes: number): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(sizeBytes)
  for (let at = 0; at < sizeBytes; ) {
    const read = readSync(fd, bytes, at, sizeBytes - at, null)
    if (read === 0) return undefined
    at += read
  }
  return bytes
}

import { readSync, writeSync } from 'node:fs'
import { FrameReader } from './frame-reader.ts'
import { encodeFrame, type Frame, joined } from './frames.ts'

const chunkBytes = 65_536

/** Reads frames without an event loop: short ones with a single read, long ones without a copy. */
export class BlockingFrames<Message> {
  readonly #fd: number
  readonly #chunk = new Uint8Array(chunkBytes)
  readonly #read: Frame<Message>[] = []
  readonly #reader = new FrameReader<Message>((frame) => this.#read.push(frame))

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Blocks until the next frame; undefined when the socket is closed. */
  next(): Frame<Message> | undefined {
    while (this.#read.length === 0) {
      const { rest } = this.#reader
      const isLong = rest.byteLength >= chunkBytes
      const sizeBytes = readSync(this.#fd, isLong ? rest : this.#chunk, 0, isLong ? rest.byteLength : chunkBytes, null)
      if (sizeBytes === 0) return undefined
      if (isLong) this.#reader.filled(sizeBytes)
      else this.#reader.push(this.#chunk.subarray(0, sizeBytes))
    }
    return this.#read.shift()
  }
}

/** Writes short frames as one piece, so that the reader wakes up once. */
export function writeFrames<Message>(fd: number, frames: readonly Frame<Message>[]): void {
  for (const piece of joined(frames.flatMap(encodeFrame)))
    for (let at = 0; at < piece.byteLength; ) at += writeSync(fd, piece, at)
}

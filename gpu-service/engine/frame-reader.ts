import { decodeFrame, type Frame, prefixBytes, readPrefix } from './frames.ts'

/** Assembles frames from the chunks of a socket. */
export class FrameReader<Message> {
  readonly #onFrame: (frame: Frame<Message>) => void
  readonly #prefix = new Uint8Array(prefixBytes)
  #head = new Uint8Array(0)
  #body = new Uint8Array(0)
  #part: 'prefix' | 'head' | 'body' = 'prefix'
  /** How many bytes of that part have arrived. */
  #held = 0

  constructor(onFrame: (frame: Frame<Message>) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.byteLength) {
      const { rest } = this
      const taken = chunk.subarray(at, at + rest.byteLength)
      rest.set(taken)
      at += taken.byteLength
      this.filled(taken.byteLength)
    }
  }

  /** The buffer for the next bytes, so that a reader can fill it without a copy and then call `filled`. */
  get rest(): Uint8Array {
    const target = this.#part === 'prefix' ? this.#prefix : this.#part === 'head' ? this.#head : this.#body
    return target.subarray(this.#held)
  }

  filled(sizeBytes: number): void {
    this.#held += sizeBytes
    if (this.rest.byteLength === 0) this.#next()
  }

  #next(): void {
    this.#held = 0
    if (this.#part === 'prefix') {
      const { headBytes, bodyBytes } = readPrefix(this.#prefix)
      this.#head = new Uint8Array(headBytes)
      this.#body = new Uint8Array(bodyBytes)
      this.#part = 'head'
    } else if (this.#part === 'head' && this.#body.byteLength > 0) {
      this.#part = 'body'
    } else {
      this.#part = 'prefix'
      this.#onFrame(decodeFrame(this.#head, this.#body.buffer))
    }
  }
}

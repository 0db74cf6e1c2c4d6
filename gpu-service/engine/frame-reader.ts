import { decodeFrame, type Frame, prefixBytes, readPrefix } from './frames.ts'

/** Puts frames together from the pieces that a socket brings. */
export class FrameReader<Message> {
  readonly #onFrame: (frame: Frame<Message>) => void
  readonly #prefix = new Uint8Array(prefixBytes)
  #head = new Uint8Array(0)
  #body = new Uint8Array(0)
  #part: 'prefix' | 'head' | 'body' = 'prefix'
  /** How much of that part has come. */
  #held = 0

  constructor(onFrame: (frame: Frame<Message>) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.byteLength) {
      const target = this.#part === 'prefix' ? this.#prefix : this.#part === 'head' ? this.#head : this.#body
      const taken = chunk.subarray(at, at + target.byteLength - this.#held)
      target.set(taken, this.#held)
      this.#held += taken.byteLength
      at += taken.byteLength
      if (this.#held === target.byteLength) this.#next()
    }
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

import type { FileHandle } from 'node:fs/promises'

const windowBytes = 64 * 1024

/** Reads a file forwards through a small window, so that the head of a file of gigabytes costs kilobytes. */
export class ByteWindow {
  position = 0
  readonly sizeBytes: number
  readonly #file: FileHandle
  #window = Buffer.alloc(0)
  #start = 0

  constructor({ file, sizeBytes }: { file: FileHandle; sizeBytes: number }) {
    this.#file = file
    this.sizeBytes = sizeBytes
  }

  async bytes(count: number): Promise<Buffer> {
    const offset = this.position - this.#start
    if (offset < 0 || offset + count > this.#window.length) {
      const buffer = Buffer.alloc(Math.max(windowBytes, count))
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, this.position)
      if (bytesRead < count) throw new Error('it ends too early')
      this.#window = buffer.subarray(0, bytesRead)
      this.#start = this.position
    }
    const from = this.position - this.#start
    this.position += count
    return this.#window.subarray(from, from + count)
  }

  async byte(): Promise<number> {
    // The window answers most of these without a wait.
    const offset = this.position - this.#start
    const held = offset >= 0 ? this.#window[offset] : undefined
    if (held === undefined) return (await this.bytes(1))[0] ?? 0
    this.position++
    return held
  }
}

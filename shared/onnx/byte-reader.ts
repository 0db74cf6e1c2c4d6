/** Reads bytes start..end (inclusive) of one file. */
type ReadRange = (range: { start: number; end: number }) => Promise<Uint8Array>

const windowBytes = 64 * 1024
const readsMax = 20_000
const stepsMax = 1_000_000

/** Walks a file forward through a small window, so that skipping gigabytes of weights reads none of them. */
export class ByteReader {
  readonly sizeBytes: number
  position = 0
  readonly #read: ReadRange
  #window: Uint8Array = new Uint8Array()
  #windowStart = 0
  #reads = 0
  #steps = 0

  constructor({ sizeBytes, read }: { sizeBytes: number; read: ReadRange }) {
    this.sizeBytes = sizeBytes
    this.#read = read
  }

  /** Counts the steps that a reader of the file makes. @throws RangeError where there are more than any model needs. */
  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > stepsMax) throw new RangeError('it has more fields than any model')
  }

  /** The next `count` bytes. @throws RangeError where the file ends before. */
  async take(count: number): Promise<Uint8Array> {
    const end = this.position + count
    if (count < 0 || end > this.sizeBytes) throw new RangeError('the file ends in the middle of a field')
    if (count === 0) return new Uint8Array()
    if (this.position < this.#windowStart || end > this.#windowStart + this.#window.byteLength) {
      const length = Math.min(Math.max(count, windowBytes), this.sizeBytes - this.position)
      if (++this.#reads > readsMax) throw new RangeError('it is scattered over more places than any model')
      this.#window = await this.#read({ start: this.position, end: this.position + length - 1 })
      this.#windowStart = this.position
      if (this.#window.byteLength < count) throw new RangeError('the file is shorter than it was')
    }
    const from = this.position - this.#windowStart
    this.position = end
    return this.#window.subarray(from, from + count)
  }
}

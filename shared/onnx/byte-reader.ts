/** Reads the bytes start..end (inclusive) of a file. */
type ReadRange = (range: { start: number; end: number }) => Promise<Uint8Array>

const windowBytes = 64 * 1024
const readsMax = 20_000
const stepsMax = 1_000_000

/** Reads a file forward through a small window, so that gigabytes of weights are skipped without being read. */
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

  /** Counts a reader's steps. @throws RangeError beyond what any model needs */
  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > stepsMax) throw new RangeError('it has more fields than any model')
  }

  /** The next `count` bytes. @throws RangeError at the end of the file */
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

/** Reads the little-endian values of a GGUF header (github.com/ggml-org/ggml, `docs/gguf.md`) in sequence. */
export class GgufValues {
  readonly #view: DataView
  readonly #wideCounts: boolean
  #position: number
  #steps = 0

  constructor({ bytes, position, version }: { bytes: Uint8Array; position: number; version: number }) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#position = position
    this.#wideCounts = version > 1
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** A count or size; the format's first version used four bytes. */
  count(): number {
    return this.#wideCounts ? this.wide() : this.uint32()
  }

  /** Imprecise beyond 2^53, which exceeds any valid count. */
  wide(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true))
  }

  /** @throws RangeError beyond the bytes that were read */
  text(): string {
    const length = this.count()
    const start = this.#take(length)
    return textDecoder.decode(this.#bytes(start, Math.min(length, textMaxBytes)))
  }

  /** A number or text; lists are skipped. */
  value(kind: number, depth = 0): number | string | boolean | undefined {
    if (++this.#steps > stepsMax) throw new RangeError('its header has more values than any model')
    if (kind === kinds.text) return this.text()
    if (kind === kinds.bool) return this.#view.getUint8(this.#take(1)) !== 0
    if (kind === kinds.list) return this.#passList(depth)
    const size = sizes[kind]
    if (size === undefined) throw new RangeError(`a value is of the unknown kind ${kind}`)
    const at = this.#take(size)
    if (kind === kinds.uint32) return this.#view.getUint32(at, true)
    if (kind === kinds.int32) return this.#view.getInt32(at, true)
    if (kind === kinds.uint64) return Number(this.#view.getBigUint64(at, true))
    if (kind === kinds.uint16) return this.#view.getUint16(at, true)
    if (kind === kinds.uint8) return this.#view.getUint8(at)
    return undefined
  }

  #passList(depth: number): undefined {
    if (depth > depthMax) throw new RangeError('its lists are nested too deep')
    const kind = this.uint32()
    const length = this.count()
    const size = kind === kinds.bool ? 1 : sizes[kind]
    if (size !== undefined) this.#take(size * length)
    else if (kind === kinds.text)
      for (let at = 0; at < length; at += 1) {
        if (++this.#steps > stepsMax) throw new RangeError('its header has more values than any model')
        this.#take(this.count())
      }
    else for (let at = 0; at < length; at += 1) this.value(kind, depth + 1)
    return undefined
  }

  #take(count: number): number {
    const start = this.#position
    if (!(count <= this.#view.byteLength - start)) throw new RangeError('its header is too long')
    this.#position = start + count
    return start
  }

  #bytes(start: number, length: number): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length)
  }
}

const kinds = { uint8: 0, uint16: 2, uint32: 4, int32: 5, bool: 7, text: 8, list: 9, uint64: 10 }
const sizes: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 10: 8, 11: 8, 12: 8 }

const textMaxBytes = 1024
const stepsMax = 3_000_000
const depthMax = 4
const textDecoder = new TextDecoder()

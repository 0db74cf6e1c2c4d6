/** Measured overhead of values in V8, which is most of the size of a small answer. */
const bytes = { slot: 8, number: 16, string: 24, list: 32, object: 48, typed: 224, typedOutside: 400 }
/** V8 keeps typed arrays up to this size inside its heap. */
const typedInsideMax = 64

/** The approximate memory of a plain value; Infinity if it cannot be measured. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return bytes.string + 2 * value.length
  if (typeof value !== 'object' || value === null) return bytes.number
  if (isTyped(value)) return value.byteLength + (value.byteLength > typedInsideMax ? bytes.typedOutside : bytes.typed)
  if (Array.isArray(value)) return bytes.list + bytesOfAll(value)
  return isPlain(value) ? bytes.object + bytesOfAll(Object.values(value)) : Number.POSITIVE_INFINITY
}

const bytesOfAll = (parts: readonly unknown[]): number =>
  parts.reduce<number>((total, part) => total + bytes.slot + bytesOf(part), 0)

/** A deep copy, because a view of a batch's tensor would keep the whole tensor in memory. */
export function cachedCopy<Value>(value: Value): Value
export function cachedCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isTyped(value)) return value.slice()
  if (Array.isArray(value)) return value.map((part: unknown) => cachedCopy(part))
  return Object.fromEntries(Object.entries(value).map(([name, part]: [string, unknown]) => [name, cachedCopy(part)]))
}

const isTyped = (value: object): value is Float32Array => ArrayBuffer.isView(value) && !(value instanceof DataView)

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype

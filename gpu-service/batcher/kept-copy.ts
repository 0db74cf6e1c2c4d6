/** What values take besides what is in them, as measured of the runtime: most small answers are little else. */
const bytes = { slot: 8, number: 16, string: 24, list: 32, object: 48, typed: 224, typedOutside: 400 }
/** A typed array up to this size lies in the heap itself. */
const typedInsideMax = 64

/** What a plain value takes in memory, about; infinite for one that cannot be measured. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return bytes.string + 2 * value.length
  if (typeof value !== 'object' || value === null) return bytes.number
  if (isTyped(value)) return value.byteLength + (value.byteLength > typedInsideMax ? bytes.typedOutside : bytes.typed)
  if (Array.isArray(value)) return bytes.list + bytesOfAll(value)
  return isPlain(value) ? bytes.object + bytesOfAll(Object.values(value)) : Number.POSITIVE_INFINITY
}

const bytesOfAll = (parts: readonly unknown[]): number =>
  parts.reduce<number>((total, part) => total + bytes.slot + bytesOf(part), 0)

/** A copy that has its memory for itself: a view of the tensor that a whole batch shares would keep all of it. */
export function keptCopy<Value>(value: Value): Value
export function keptCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isTyped(value)) return value.slice()
  if (Array.isArray(value)) return value.map((part: unknown) => keptCopy(part))
  return Object.fromEntries(Object.entries(value).map(([name, part]: [string, unknown]) => [name, keptCopy(part)]))
}

const isTyped = (value: object): value is Float32Array => ArrayBuffer.isView(value) && !(value instanceof DataView)

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype

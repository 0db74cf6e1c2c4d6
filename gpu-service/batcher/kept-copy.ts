const wordBytes = 8

/** What a plain value takes in memory, about; infinite for one that cannot be measured. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return wordBytes + 2 * value.length
  if (typeof value !== 'object' || value === null) return wordBytes
  if (isTyped(value)) return wordBytes + value.byteLength
  const parts: unknown[] | undefined = Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : undefined
  if (parts === undefined) return Number.POSITIVE_INFINITY
  return parts.reduce<number>((total, part) => total + wordBytes + bytesOf(part), wordBytes)
}

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

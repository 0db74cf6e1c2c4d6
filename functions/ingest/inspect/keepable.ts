const depthMax = 8
const entriesMax = 1000
const nameMaxLength = 200
const forbidden = new Set(['', '__proto__', 'constructor', 'prototype'])

/**
 * The part of an untrusted value that the table and its readers can hold: no numbers that DynamoDB refuses, no keys
 * that reach a prototype, no deep nesting, at most `bytesMax`. The rest is left out.
 */
export function keepable(value: unknown, bytesMax: number): unknown {
  return keep(value, { bytes: bytesMax }, 0)
}

/** The same for an object; `undefined` where nothing remains. */
export function keepableRecord(value: object, bytesMax: number): Record<string, unknown> | undefined {
  const kept = keepable(value, bytesMax) as Record<string, unknown> | undefined
  return kept === undefined || Object.keys(kept).length === 0 ? undefined : kept
}

function keep(value: unknown, left: { bytes: number }, depth: number): unknown {
  // DynamoDB's overhead per value.
  const cost = typeof value === 'string' ? Buffer.byteLength(value) : typeof value === 'number' ? 12 : 4
  if (cost > left.bytes || depth > depthMax) return undefined
  left.bytes -= cost
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return isStorable(value) ? value || 0 : undefined
  if (typeof value === 'boolean' || value === null) return value
  if (Array.isArray(value))
    return value
      .slice(0, entriesMax)
      .map((entry) => keep(entry, left, depth + 1))
      .filter((entry) => entry !== undefined)
  if (typeof value !== 'object') return undefined
  const kept: [string, unknown][] = []
  for (const [name, field] of Object.entries(value).slice(0, entriesMax)) {
    if (forbidden.has(name) || name.length > nameMaxLength || !name.isWellFormed()) continue
    const before = left.bytes
    left.bytes -= Buffer.byteLength(name) + 2
    const entry = left.bytes < 0 ? undefined : keep(field, left, depth + 1)
    if (entry === undefined) left.bytes = before
    else kept.push([name, entry])
  }
  return Object.fromEntries(kept)
}

/** JSON numbers that DynamoDB stores exactly. */
const isStorable = (value: number): boolean =>
  Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER && (value === 0 || Math.abs(value) > 1e-100)

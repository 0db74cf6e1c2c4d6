/** Where an item stands, and how often it was changed, says nothing of what it is. */
const incidental = new Set(['pk', 'sk', 'format', 'version'])

/** Whether one says the same as the other, as far as it says anything. */
export function isSameRepo(said: object, is: object): boolean {
  const known = is as Record<string, unknown>
  return Object.entries(said).every(([name, value]) => incidental.has(name) || textOf(value) === textOf(known[name]))
}

/** Whatever the order of the parts, without what is absent. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).toSorted().join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const entries = Object.entries(value).filter(([name, part]) => part !== undefined && name !== 'pk' && name !== 'sk')
  return `{${entries
    .map(([name, part]) => `${name}:${textOf(part)}`)
    .toSorted()
    .join()}}`
}

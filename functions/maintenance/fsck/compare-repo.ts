/** Where an item stands, and how often it was changed, says nothing of what it is. */
const incidental = new Set(['pk', 'sk', 'format', 'version'])

/** Whether one says the same as the other, of everything that either says, or of what is named. */
export function isSameRepo(one: object, other: object, names?: readonly string[]): boolean {
  const [left, right] = [one, other] as Record<string, unknown>[]
  const compared = names ?? [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return compared.every((name) => incidental.has(name) || textOf(left?.[name]) === textOf(right?.[name]))
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

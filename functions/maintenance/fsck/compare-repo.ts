/** Fields that are not compared, because they hold a position or a count of changes. */
const incidental = new Set(['pk', 'sk', 'format', 'version'])

/** Whether two repos agree in all fields, or in the named ones. */
export function isSameRepo(one: object, other: object, names?: readonly string[]): boolean {
  const [left, right] = [one, other] as Record<string, unknown>[]
  const compared = names ?? [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return compared.every((name) => incidental.has(name) || textOf(left?.[name]) === textOf(right?.[name]))
}

/** Independent of the order of members, and without absent ones. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).toSorted().join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const entries = Object.entries(value).filter(([name, part]) => part !== undefined && name !== 'pk' && name !== 'sk')
  return `{${entries
    .map(([name, part]) => `${name}:${textOf(part)}`)
    .toSorted()
    .join()}}`
}

export type JsonRecord = Record<string, unknown>

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An own property of an object, because configuration files may use any name. */
export const fieldIn = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

export function textIn(value: unknown, name: string): string | undefined {
  const field = fieldIn(value, name)
  return typeof field === 'string' && field !== '' ? field : undefined
}

export function countIn(value: unknown, name: string): number | undefined {
  const field = fieldIn(value, name)
  return typeof field === 'number' && Number.isSafeInteger(field) && field > 0 ? field : undefined
}

export function textsIn(value: unknown, name: string): string[] {
  const field = fieldIn(value, name)
  return Array.isArray(field) ? field.filter((entry) => typeof entry === 'string') : []
}

import { errors } from '../errors.ts'

/** A page's end as an opaque string for clients. It names keys, not content, and is checked when it comes back. */
export const encodeCursor = (key: Record<string, unknown> | undefined): string | undefined =>
  key === undefined ? undefined : Buffer.from(JSON.stringify(key)).toString('base64url')

/** @throws AppError `invalid_request` where the cursor is not one of the list whose index partition is `listPk`. */
export function decodeCursor(cursor: string | undefined, listPk: string): Record<string, unknown> | undefined {
  if (cursor === undefined) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (isKey(key) && key.listPk === listPk) return key
  } catch {
    // Falls through to the one message below.
  }
  throw errors.invalidRequest('The cursor is not one that this list gave. Start again without it.', 'cursor')
}

const isKey = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).toSorted().join() === 'listPk,listSk,pk,sk' &&
  Object.values(value).every((part) => typeof part === 'string')

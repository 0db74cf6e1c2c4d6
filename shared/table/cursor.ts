import { errors } from '../errors.ts'
import { orderedText } from '../ordered-text.ts'

/**
 * The end of a page as an opaque string, stable for one place. It holds keys, not content, and is validated when it
 * returns.
 */
export const encodeCursor = (key: Record<string, unknown> | undefined): string | undefined =>
  key === undefined ? undefined : Buffer.from(orderedText(key)).toString('base64url')

/**
 * The key in a cursor. A cursor of another list is refused by `partition`.
 * @throws AppError `invalid_request`
 */
export function decodeCursor(
  cursor: string | undefined,
  partition: { listPk: string } | { pk: string },
): Record<string, string> | undefined {
  if (cursor === undefined) return undefined
  const names = 'listPk' in partition ? 'listPk,listSk,pk,sk' : 'pk,sk'
  const key = parseKey(cursor)
  const fits = Object.keys(key).toSorted().join() === names
  const same = Object.entries(partition).every(([name, value]) => key[name] === value)
  if (fits && same) return key
  throw errors.invalidRequest('The cursor does not belong to this list. Start again without it.', 'cursor')
}

function parseKey(cursor: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const isKey = typeof value === 'object' && value !== null && Object.values(value).every(isKeyPart)
    return isKey ? (value as Record<string, string>) : {}
  } catch {
    return {}
  }
}

/** DynamoDB accepts sort keys of 1 to 1024 bytes. */
const isKeyPart = (part: unknown): boolean => typeof part === 'string' && part !== '' && Buffer.byteLength(part) <= 1024

/**
 * A cursor for lists that are ordered by a text of their own, such as a merge of several lists. A cursor of another
 * `list` is refused.
 */
export const encodePosition = (position: string, list: string): string =>
  Buffer.from(JSON.stringify([list, position])).toString('base64url')

/** @throws AppError `invalid_request` */
export function decodePosition(cursor: string | undefined, list: string): string | undefined {
  if (cursor === undefined) return undefined
  const [of, position] = parsePosition(cursor)
  if (of === list && isKeyPart(position)) return position as string
  throw errors.invalidRequest('The cursor does not belong to this list. Start again without it.', 'cursor')
}

function parsePosition(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) && value.length === 2 ? value : []
  } catch {
    return []
  }
}

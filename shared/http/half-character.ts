import { atOnce } from './at-once.ts'

/**
 * An escape of one half of a surrogate pair without the other. Escapes are the only way in: UTF-8 has no bytes for it.
 * A backslash that is escaped itself begins none.
 */
const loneEscape =
  /(?<!\\)(?:\\\\)*\\u(?:d[89ab][\da-f]{2}(?!\\ud[c-f][\da-f]{2})|(?<!(?<!\\)(?:\\\\)*\\ud[89ab][\da-f]{2}\\u)d[c-f][\da-f]{2})/i

/**
 * Where a JSON body holds half of a character that takes two UTF-16 units: `inputs[1].text`, or an empty text for the
 * body itself. No text that comes on by UTF-8 can hold it. `undefined` where all is whole.
 */
export const halfCharacterAt = (json: string, body: unknown): string | undefined =>
  atOnce(halfCharacterInSteps(json, body))

/** The same step by step. */
export function* halfCharacterInSteps(json: string, body: unknown): Generator<void, string | undefined> {
  if (!loneEscape.test(json)) return undefined
  // Its own stack, for a body may be nested deeper than functions may call each other.
  const open: { entries: Entries; key: string | number }[] = [
    { entries: Object.entries({ '': body }).values(), key: '' },
  ]
  let looked = 0
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const entry = top.entries.next()
    if (entry.done) {
      open.pop()
      continue
    }
    if (++looked % stepEntries === 0) yield
    const [key, value] = entry.value
    top.key = key
    const isHalf = (text: unknown) => typeof text === 'string' && !text.isWellFormed()
    if (isHalf(value) || isHalf(key)) return placeOf(open.map(({ key }) => key))
    if (typeof value !== 'object' || value === null) continue
    open.push({ entries: Array.isArray(value) ? value.entries() : Object.entries(value).values(), key: '' })
  }
  return undefined
}

/** So many are looked at in less than a millisecond. */
const stepEntries = 8192

type Entries = Iterator<[string | number, unknown], undefined>

const placeOf = (keys: readonly (string | number)[]): string =>
  keys.reduce<string>(
    (path, key) =>
      typeof key === 'number' ? `${path}[${key}]` : [path, key.toWellFormed()].filter((part) => part !== '').join('.'),
    '',
  )

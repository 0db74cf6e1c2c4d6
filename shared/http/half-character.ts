import { runToEnd } from '../run-to-end.ts'

/**
 * Matches an escaped half of a surrogate pair without its other half. UTF-8 cannot encode one, so escapes are the only
 * way in. An escaped backslash starts no escape.
 */
const loneEscape =
  /(?<!\\)(?:\\\\)*\\u(?:d[89ab][\da-f]{2}(?!\\ud[c-f][\da-f]{2})|(?<!(?<!\\)(?:\\\\)*\\ud[89ab][\da-f]{2}\\u)d[c-f][\da-f]{2})/i

/**
 * The path to half of a surrogate pair in a JSON body, such as `inputs[1].text` (empty for the body itself), because no
 * UTF-8 answer could repeat it. `undefined` where there is none.
 */
export const halfCharacterAt = (json: string, body: unknown): string | undefined =>
  runToEnd(halfCharacterInSteps(json, body))

/** The same, step by step. */
export function* halfCharacterInSteps(json: string, body: unknown): Generator<void, string | undefined> {
  if (!loneEscape.test(json)) return undefined
  // A stack of its own, because a body may be nested deeper than the call stack allows.
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

/** Checked in less than a millisecond. */
const stepEntries = 8192

type Entries = Iterator<[string | number, unknown], undefined>

const placeOf = (keys: readonly (string | number)[]): string =>
  keys.reduce<string>(
    (path, key) =>
      typeof key === 'number' ? `${path}[${key}]` : [path, key.toWellFormed()].filter((part) => part !== '').join('.'),
    '',
  )

import { errors } from '../errors.ts'
import { backslash, closeList, closeObject, comma, openList, openObject, quote } from '../json-codes.ts'
import { runToEnd } from '../run-to-end.ts'
import { countParts } from './json-parts.ts'

/** More than any table has columns. Every new name costs more than the rest of its line. */
const differentNamesMax = 10_000
/** Scanned in less than a millisecond. */
const stepLength = 65_536

/**
 * Finds, step by step, the first name that a JSON object holds twice: `JSON.parse` silently takes the last one, so two
 * readers could understand one text differently. Runs before `JSON.parse`, which takes half a second for hundreds of
 * thousands of names; for invalid JSON its result means nothing.
 * @throws AppError `invalid_request` for a text with too many names, objects or empty lists, wherever they are
 */
export function* duplicateKeyInSteps(json: string): Generator<void, string | undefined> {
  /** The names of each open object, once it has one. */
  const open: (Set<string> | 'object' | 'list')[] = []
  const different = new Set<string>()
  let isName = false
  const parts = countParts()
  // There are no names behind the last quote, so a tail of numbers need not be scanned.
  const end = json.lastIndexOf('"')
  let stepAt = stepLength
  for (let at = 0; at <= end; at++) {
    if (at >= stepAt) {
      stepAt = at + stepLength
      yield
    }
    const character = json.charCodeAt(at)
    if (character === quote) {
      const last = endOfText(json, at)
      if (isName) {
        const name = nameOf(json.slice(at, last + 1))
        const names = open.at(-1)
        if (names instanceof Set) {
          if (names.has(name)) return name
          names.add(name)
        } else open[open.length - 1] = new Set<string>().add(name)
        if (different.add(name).size > differentNamesMax) throw tooManyNames(name)
        isName = false
      }
      at = last
    } else if (character === openObject) {
      parts.addObject()
      open.push('object')
      isName = true
    } else if (character === openList) {
      parts.addList(json, at)
      open.push('list')
      isName = false
    } else if (character === closeObject || character === closeList) {
      open.pop()
      isName = false
    } else if (character === comma) {
      isName = open.length > 0 && open.at(-1) !== 'list'
    }
  }
  for (let at = json.indexOf('{', end + 1); at >= 0; at = json.indexOf('{', at + 1)) parts.addObject()
  for (let at = json.indexOf('[', end + 1); at >= 0; at = json.indexOf('[', at + 1)) {
    parts.addList(json, at)
    if (at < stepAt) continue
    stepAt = at + stepLength
    yield
  }
  return undefined
}

export const duplicateKey = (json: string): string | undefined => runToEnd(duplicateKeyInSteps(json))

/** Decodes a quoted name; without an escape it is itself. */
function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted)
  } catch {
    return quoted
  }
}

const tooManyNames = (name: string) =>
  errors.invalidRequest(
    `The JSON has more than ${differentNamesMax} different field names; "${name.slice(0, 100)}" is one too many. Send lists in their place.`,
  )

/** The position of the quote that ends the text starting at `start`. */
export function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    if (end < 0) return json.length
    let backslashes = 0
    while (json.charCodeAt(end - 1 - backslashes) === backslash) backslashes++
    if (backslashes % 2 === 0) return end
  }
}

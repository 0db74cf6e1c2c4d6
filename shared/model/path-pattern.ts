interface Token {
  takes: (character: string) => boolean
  /** Stands for any number of characters, none included. */
  repeats?: boolean
  /** May end only where a folder or file name begins. */
  wholeNames?: boolean
}

/**
 * Whether a pattern describes a path: `*` and `?` within a name, `[a-z]`, `**` across folders. It reads the path once,
 * whatever the pattern is: a library's braces and groups can take longer than the age of a pattern's author.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  const tokens = parsePattern(pattern)
  /** Adds the places that are reached without taking a character; a set visits what is added on the way. */
  const reached = (places: Set<number>, atName: boolean) => {
    for (const place of places) {
      const token = tokens[place]
      if (token?.repeats === true && (token.wholeNames !== true || atName)) places.add(place + 1)
    }
    return places
  }
  let places = reached(new Set([0]), true)
  for (const character of path) {
    const next = new Set<number>()
    for (const place of places) {
      const token = tokens[place]
      if (token?.takes(character) === true) next.add(token.repeats === true ? place : place + 1)
    }
    places = reached(next, character === '/')
  }
  return places.has(tokens.length)
}

const piece = /\*\*\/|\*+|\?|\[!?\]?[^\]]*\]|[\s\S]/gu
const inName = (character: string) => character !== '/'

const parsePattern = (pattern: string): Token[] => (pattern.match(piece) ?? []).map(toToken)

function toToken(text: string): Token {
  if (text === '**/') return { takes: () => true, repeats: true, wholeNames: true }
  if (text === '*') return { takes: inName, repeats: true }
  if (text.startsWith('*')) return { takes: () => true, repeats: true }
  if (text === '?') return { takes: inName }
  if (text.startsWith('[') && text.length > 2) return { takes: characterSet(text.slice(1, -1)) }
  return { takes: (character) => character === text }
}

function characterSet(text: string): (character: string) => boolean {
  const isNegative = text.startsWith('!')
  const ranges = (isNegative ? text.slice(1) : text).match(/[\s\S]-[\s\S]|[\s\S]/gu) ?? []
  const bounds = ranges.map((range) => [...range]).map(([first = '', , last = first]) => [first, last] as const)
  return (character) =>
    inName(character) && isNegative !== bounds.some(([first, last]) => first <= character && character <= last)
}

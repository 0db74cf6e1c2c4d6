interface Token {
  takes: (character: string) => boolean
  /** Matches any number of characters, including none. */
  repeats?: boolean
  /** May end only at the start of a folder or file name. */
  wholeNames?: boolean
}

/**
 * Compiles a glob pattern: `*` and `?` within a name, `[a-z]`, `**` across folders. Matching is linear in the path for
 * every pattern; a library's braces and groups can take exponential time.
 */
export function compilePattern(pattern: string): (path: string) => boolean {
  const tokens = (pattern.match(piece) ?? []).map(toToken)
  /** The round in which each state was last reached, so that none is visited twice. */
  const rounds = new Float64Array(tokens.length + 1)
  let round = 0
  /** Adds a state and those reachable from it without consuming a character. */
  const reach = (places: number[], place: number, atName: boolean) => {
    for (let at = place; rounds[at] !== round; at++) {
      rounds[at] = round
      places.push(at)
      const token = tokens[at]
      if (token?.repeats !== true || (token.wholeNames === true && !atName)) return
    }
  }
  return (path) => {
    let places: number[] = []
    round++
    reach(places, 0, true)
    for (const character of path) {
      const next: number[] = []
      round++
      for (const place of places) {
        const token = tokens[place]
        if (token?.takes(character) === true) reach(next, token.repeats === true ? place : place + 1, character === '/')
      }
      if (next.length === 0) return false
      places = next
    }
    return rounds[tokens.length] === round
  }
}

const piece = /\*\*\/|\*+|\?|\[!?\]?[^\]]*\]|[\s\S]/gu
const inName = (character: string) => character !== '/'

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

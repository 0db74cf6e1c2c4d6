interface Token {
  takes: (character: string) => boolean
  /** Stands for any number of characters, none included. */
  repeats?: boolean
  /** May end only where a folder or file name begins. */
  wholeNames?: boolean
}

/**
 * Makes a pattern a question about paths: `*` and `?` within a name, `[a-z]`, `**` across folders. It reads a path
 * once, whatever the pattern is: a library's braces and groups can take longer than the age of a pattern's author.
 */
export function compilePattern(pattern: string): (path: string) => boolean {
  const tokens = (pattern.match(piece) ?? []).map(toToken)
  /** In which round a place was reached last, so that none is visited twice. */
  const rounds = new Float64Array(tokens.length + 1)
  let round = 0
  /** Adds a place, and those that are reached from it without taking a character. */
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

import { type Alternatives, parsePattern, type Term } from './parse-pattern.ts'

/** How a pattern's time grows where it does not match. */
interface Cost {
  /** With the length of the text, to which power for each character that it is tried from. */
  power: number
  /** In how many ways it is tried besides. */
  ways: number
}

/** What tokenizers need: ends of words are looked for, and one part before them gives back what it took. */
const powerMax = 1
/** Of what grows with the text, a few ways are a few times as long already. */
const waysMax = { constant: 1000, growing: 8 }
const sourceLengthMax = 16_384
/** A repetition of more is one without an end. */
const fewTimes = 16

const never: Cost = { power: 0, ways: 1 }
const endless: Cost = { power: Number.POSITIVE_INFINITY, ways: Number.POSITIVE_INFINITY }

/**
 * Whether a regular expression may take minutes for a page of text, because it tries all ways to share the text among
 * its repetitions: `(a+)+$` doubles its time with each character. What nothing can fail behind is not tried again.
 */
export function mayRunAway(pattern: RegExp): boolean {
  if (pattern.source.length > sourceLengthMax) return true
  const parsed = parsePattern(pattern)
  if (parsed === undefined) return true
  const { power, ways } = costOf(parsed, false)
  return power > powerMax || ways > (power > 0 ? waysMax.growing : waysMax.constant)
}

/** @param isRetried whether what follows can fail, so that other ways are tried */
function costOf(alternatives: Alternatives, isRetried: boolean): Cost {
  const costs = alternatives.map((terms) => costOfSequence(terms, isRetried))
  const ways = costs.map((cost) => cost.ways)
  return {
    power: Math.max(...costs.map(({ power }) => power)),
    ways: isRetried ? ways.reduce((total, one) => total + one, 0) : Math.max(...ways),
  }
}

function costOfSequence(terms: readonly Term[], isRetried: boolean): Cost {
  let cost = never
  let canFailBehind = isRetried
  for (const term of terms.toReversed()) {
    cost = together(cost, costOfTerm(term, canFailBehind))
    canFailBehind ||= term.min > 0
  }
  return cost
}

const together = (one: Cost, other: Cost): Cost => ({ power: one.power + other.power, ways: one.ways * other.ways })

function costOfTerm({ inside, looks, min, max }: Term, isRetried: boolean): Cost {
  // What was seen once is not looked for in another way; backwards the last part is tried first.
  if (looks !== undefined) {
    const { power, ways } = costOf(inside ?? [], looks === 'behind')
    // How far it reaches is gone through each time that it is looked for.
    return { power: Math.max(power, reachesFar(inside ?? []) ? 1 : 0), ways }
  }
  // Of those that must be there the last one is what the others may fail at.
  if (inside !== undefined && min > 1 && !isRetried) {
    const others = costOfTerm({ inside, min: min - 1, max: min - 1 }, true)
    return together(others, costOfTerm({ inside, min: 1, max: max - min + 1 }, false))
  }
  const isOpen = max > fewTimes && min !== max
  const own: Cost =
    !isRetried || min === max ? never : isOpen ? { power: 1, ways: 1 } : { power: 0, ways: max - min + 1 }
  if (inside === undefined) return own
  const once = costOf(inside, isRetried)
  if (once.power === 0 && once.ways === 1) return own
  if (max > fewTimes) return isRetried ? endless : once
  return { power: own.power + once.power * Math.max(1, max), ways: own.ways * once.ways ** Math.max(1, max) }
}

const reachesFar = (alternatives: Alternatives): boolean =>
  alternatives.flat().some(({ inside, max }) => max > fewTimes || (inside !== undefined && reachesFar(inside)))

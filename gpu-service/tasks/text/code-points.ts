import { surrogatePairs } from '../../surrogates.ts'

/**
 * Converts offsets in UTF-16 units, as JavaScript counts, to offsets in code points, as Python counts: Hugging Face's
 * own servers answer with those, and clients that slice a text by an answer expect them.
 */
export function codePointCounter(text: string): (unit: number) => number {
  if (!surrogates.test(text)) return (unit) => unit
  // The number of surrogate pairs before each block: one entry per unit would take too long for a long text.
  const before: number[] = []
  let pairs = 0
  for (let from = 0; from <= text.length; from += blockLength) {
    before.push(pairs)
    pairs += surrogatePairs(text, from, from + blockLength)
  }
  return (unit) => {
    const block = Math.floor(unit / blockLength)
    return unit - (before[block] ?? pairs) - surrogatePairs(text, block * blockLength, unit)
  }
}

const surrogates = /[\ud800-\udfff]/
const blockLength = 256

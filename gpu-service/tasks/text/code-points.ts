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
    pairs += pairsWithin(text, from, from + blockLength)
  }
  return (unit) => {
    const block = Math.floor(unit / blockLength)
    return unit - (before[block] ?? pairs) - pairsWithin(text, block * blockLength, unit)
  }
}

const surrogates = /[\ud800-\udfff]/
const blockLength = 256

/** The number of surrogate pairs whose second unit is in the range. */
function pairsWithin(text: string, from: number, to: number): number {
  let pairs = 0
  for (let unit = Math.max(1, from); unit < Math.min(to, text.length); unit++)
    if (isLow(text.charCodeAt(unit)) && isHigh(text.charCodeAt(unit - 1))) pairs++
  return pairs
}

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000

/**
 * Turns places in a JavaScript string, which counts UTF-16 units, into places as Python counts them: in code points.
 * That is what Hugging Face's own servers answer and what every client that cuts a text by an answer expects.
 */
export function codePointCounter(text: string): (unit: number) => number {
  if (!surrogates.test(text)) return (unit) => unit
  // The characters of two units before each block: one number for each of them takes long to make for a long text.
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

/** How many characters of two units have their second one there. */
function pairsWithin(text: string, from: number, to: number): number {
  let pairs = 0
  for (let unit = Math.max(1, from); unit < Math.min(to, text.length); unit++)
    if (isLow(text.charCodeAt(unit)) && isHigh(text.charCodeAt(unit - 1))) pairs++
  return pairs
}

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000

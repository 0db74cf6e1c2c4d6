/**
 * Turns places in a JavaScript string, which counts UTF-16 units, into places as Python counts them: in code points.
 * That is what Hugging Face's own servers answer and what every client that cuts a text by an answer expects.
 */
export function codePointCounter(text: string): (unit: number) => number {
  if (!surrogates.test(text)) return (unit) => unit
  // The n-th entry is the unit behind the n-th character that takes two.
  const behind: number[] = []
  for (const { index } of text.matchAll(pairs)) behind.push(index + 2)
  return (unit) => unit - countUpTo(behind, unit)
}

const surrogates = /[\ud800-\udfff]/
const pairs = /[\ud800-\udbff][\udc00-\udfff]/g

/** How many of sorted numbers are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return low
}

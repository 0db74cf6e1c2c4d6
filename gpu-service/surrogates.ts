const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000

/** The end of a slice of a text, moved by one unit if it would split a surrogate pair. */
export const wholeEnd = (text: string, end: number): number => (isHigh(text.charCodeAt(end - 1)) ? end - 1 : end)

/** The number of surrogate pairs whose second unit is in the range. */
export function surrogatePairs(text: string, from: number, to: number): number {
  let pairs = 0
  for (let unit = Math.max(1, from); unit < Math.min(to, text.length); unit++)
    if (isLow(text.charCodeAt(unit)) && isHigh(text.charCodeAt(unit - 1))) pairs++
  return pairs
}

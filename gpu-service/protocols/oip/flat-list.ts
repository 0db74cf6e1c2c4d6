import { backslash, closeList, openList, quote } from '../../../shared/json-codes.ts'

const blank = 0x20

/** Flattens a piece of nested lists, cut at commas, by copying it with blanks for brackets. */
export function flatList(piece: Uint8Array): Uint8Array {
  const flat = new Uint8Array(piece)
  let inText = false
  for (let at = 0; at < flat.length; at++) {
    const byte = flat[at]
    if (byte === quote) inText = !inText
    else if (inText && byte === backslash) at++
    else if (!inText && (byte === openList || byte === closeList)) flat[at] = blank
  }
  return flat
}

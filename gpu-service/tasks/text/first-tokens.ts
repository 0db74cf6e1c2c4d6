import { isOnePiece, piecesOf } from './text-pieces.ts'
import { type CutPrefix, sliceWhole } from './text-prefix.ts'

/** Tokens near a cut may differ from those of the whole text; this many are discarded. */
const margin = 64
const charactersPerToken = 8
/** A text is not read beyond this many characters per kept token, or this many in total: no language needs more. */
const charactersPerTokenMax = 64
const charactersMax = 65_536

/**
 * Generates the first `keep` tokens of a text without tokenising much more than needed, yielding between the pieces of
 * a long one. A text whose tokens span more than 64 characters each (endless runs of one character) counts as ended
 * there.
 */
export function* firstTokens({ text, keep, encode, cut }: FirstTokens): Generator<void, number[]> {
  const usual = charactersPerToken * (keep + margin)
  // True of nearly every text: it cannot have many more tokens than are kept.
  if (text.length <= usual) return (yield* tokensOf(text, encode)).slice(0, keep)
  const max = Math.min(charactersPerTokenMax * (keep + margin), Math.max(charactersMax, charactersPerToken * keep))
  for (let length = usual; ; length *= 2) {
    const prefix = cut(text, Math.min(length, max))
    const ids = yield* tokensOf(prefix.text.length > max ? sliceWhole(prefix.text, max) : prefix.text, encode)
    if (prefix.isWhole || length >= max || ids.length >= keep + margin) return ids.slice(0, keep)
  }
}

function* tokensOf(text: string, encode: FirstTokens['encode']): Generator<void, number[]> {
  if (isOnePiece(text)) return encode(text, true)
  const ids: number[] = []
  for (const { start, end } of piecesOf(text)) {
    if (start > 0) yield
    for (const id of encode(text.slice(start, end), start === 0)) ids.push(id)
  }
  return ids
}

interface FirstTokens {
  text: string
  keep: number
  /** Returns the ids, without special tokens, of a text or of a later piece of one. */
  encode: (text: string, isStart: boolean) => number[]
  cut: CutPrefix
}

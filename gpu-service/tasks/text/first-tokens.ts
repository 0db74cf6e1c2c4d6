import { type CutPrefix, sliceWhole } from './text-prefix.ts'

/** Tokens near a cut may differ from those of the whole text; this many are not taken. */
const margin = 64
const charactersPerToken = 8
/** Beyond so many characters per token that is kept, and so many at all, a text is not read: no language needs them. */
const charactersPerTokenMax = 64
const charactersMax = 65_536

/**
 * The first `keep` tokens of a text, without tokenising much more of it than they need. A text whose tokens stand for
 * more than 64 characters each (endless runs of one sign) counts as ended there, so that none can hold up the others.
 */
export function firstTokens({ text, keep, encode, cut }: FirstTokens): number[] {
  // What could not hold many more than are kept is nearly every text.
  if (text.length <= charactersPerToken * (keep + margin)) return encode(text).slice(0, keep)
  const max = Math.min(charactersPerTokenMax * (keep + margin), Math.max(charactersMax, charactersPerToken * keep))
  for (let length = charactersPerToken * (keep + margin); ; length *= 2) {
    const prefix = cut(text, Math.min(length, max))
    const ids = encode(prefix.text.length > max ? sliceWhole(prefix.text, max) : prefix.text)
    if (prefix.isWhole || length >= max || ids.length >= keep + margin) return ids.slice(0, keep)
  }
}

interface FirstTokens {
  text: string
  keep: number
  /** Ids without special tokens. */
  encode: (text: string) => number[]
  cut: CutPrefix
}

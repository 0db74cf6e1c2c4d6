import { wholeEnd } from '../../surrogates.ts'

/** A part of a text whose tokens are the first tokens of the whole, except for a few at its end. */
export interface Prefix {
  text: string
  isWhole: boolean
}

/** Cuts a prefix of about `length` characters. */
export type CutPrefix = (text: string, length: number) => Prefix

/**
 * Chooses how a tokenizer's texts may be cut. BERT's never looks across the end of a word, so its cut changes no token.
 * For others the cut is at a space, or anywhere if there is none for long; only tokens next to it may change.
 */
export function prefixCutter({ pre_tokenizer }: TokenizerShape): CutPrefix {
  const kinds = [pre_tokenizer, ...(pre_tokenizer?.pretokenizers ?? [])].map((one) => one?.type ?? '')
  return kinds.includes('BertPreTokenizer') ? cutWords : cutAtSpace
}

interface TokenizerShape {
  pre_tokenizer?: { type: string; pretokenizers?: { type: string }[] | undefined } | null | undefined
}

const cutAtSpace: CutPrefix = (text, length) => {
  if (length >= text.length) return { text, isWhole: true }
  for (let end = length; end > length / 2; end--)
    if (isSpace(text.charCodeAt(end))) return { text: text.slice(0, end), isWhole: false }
  return { text: sliceWhole(text, length), isWhole: false }
}

/** The first characters of a text, without half a surrogate pair at the end. */
export const sliceWhole = (text: string, length: number): string => text.slice(0, wholeEnd(text, length))

/** WordPiece makes one unknown token of a longer word, however it continues. */
const longestWord = 1000

/**
 * For BERT's splitting, where spaces, punctuation and Chinese characters end a word. Skips what does not change the
 * tokens (repeated spaces, the rest of an endless word), so that megabytes of it are not tokenised in vain.
 */
const cutWords: CutPrefix = (text, length) => {
  const pieces: string[] = []
  let keptLength = 0
  let start = 0
  let run = 0
  let kind = other
  for (let index = 0; index < text.length; index++) {
    const here = kindOf(text.charCodeAt(index))
    run = here === kind ? run + 1 : 1
    kind = here
    if ((here === space && run > 1) || (here === letter && run > longestWord)) {
      if (index > start) pieces.push(text.slice(start, index))
      keptLength += index - start
      start = index + 1
    } else if ((here === space || here === single) && keptLength + index - start >= length) {
      return { text: pieces.join('') + text.slice(start, index), isWhole: false }
    }
  }
  return { text: pieces.join('') + text.slice(start), isWhole: true }
}

const other = 0
const space = 1
const letter = 2
const single = 3

function kindOf(code: number): number {
  if (isSpace(code)) return space
  if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return letter
  if (code < 0x80) return code > 0x20 && code < 0x7f ? single : other
  // Latin, Greek, Cyrillic, Kana, Hangul: every normalisation keeps at least one letter.
  if ((code >= 0xc0 && code < 0x250 && code !== 0xd7 && code !== 0xf7) || (code >= 0x400 && code < 0x482)) return letter
  if ((code >= 0x3041 && code < 0x3097) || (code >= 0x30a1 && code < 0x30fb) || (code >= 0xac00 && code < 0xd7a4))
    return letter
  return (code >= 0x4e00 && code < 0xa000) || (code >= 0x3400 && code < 0x4dc0) ? single : other
}

const isSpace = (code: number): boolean =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b && code !== 0x0c)

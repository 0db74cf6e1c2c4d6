import { type AlignedText, alignText, sliceAligned } from './aligned-text.ts'
import { byteSpace, toByteAlphabet } from './byte-alphabet.ts'
import { findWord } from './find-word.ts'
import { type NormaliseStep, normaliseAligned } from './normalised-text.ts'
import { sectionsOf } from './token-sections.ts'
import type { TokenizerParts, TokenMarks } from './tokenizer-parts.ts'

/** A token and its range in the text, in UTF-16 units as JavaScript counts them. */
export interface SpannedToken {
  id: number
  start: number
  end: number
  /** The range of the word that contains it; all tokens of a word share the object. */
  word: { start: number; end: number }
}

/** Tokenises a part of a text like the library, without special tokens, and returns the range of each token. */
export function spannedTokens(text: string, parts: TokenizerParts, from = 0, to = text.length): SpannedToken[] {
  const tokens: SpannedToken[] = []
  const steps = from === 0 ? parts.steps : parts.steps.map(keepStart)
  for (const section of sectionsOf(parts.splitRaw(text.slice(from, to)), parts)) {
    const [start, end] = [from + section.start, from + section.end]
    if (section.added !== undefined) tokens.push(wholeWord({ id: parts.idOf(section.added), start, end }))
    else
      addSection({
        tokens,
        parts,
        index: section.index,
        section: normaliseAligned(alignText(text, start, end), steps),
      })
  }
  return tokens
}

const wholeWord = (token: Omit<SpannedToken, 'word'>): SpannedToken => ({
  ...token,
  word: { start: token.start, end: token.end },
})

/** In a later piece of a text a leading space is not at the start of the text, so it is kept. */
function keepStart(step: NormaliseStep): NormaliseStep {
  if (step.type !== 'Strip') return step
  const leading = (text: string) => text.slice(0, text.length - text.trimStart().length)
  return { ...step, normalise: (text) => leading(text) + step.normalise(text).trimStart() }
}

function addSection({ tokens, parts, index, section }: AddSection): void {
  for (const { added, start, end } of sectionsOf(parts.splitNormalised(section.text), parts)) {
    const piece = sliceAligned(section, start, end)
    if (added !== undefined)
      tokens.push(wholeWord({ id: parts.idOf(added), start: piece.starts[0] ?? 0, end: piece.ends.at(-1) ?? 0 }))
    else addWords({ tokens, parts, piece, words: parts.words(piece.text, index) })
  }
}

interface AddSection {
  tokens: SpannedToken[]
  parts: TokenizerParts
  index: number
  section: AlignedText
}

function addWords({ tokens, parts, piece, words }: AddWords): void {
  const { marks } = parts
  const stream = marks.isByteLevel ? toByteAlphabet(piece) : piece
  let cursor = 0
  let behind = stream.starts[0] ?? 0
  for (const word of words) {
    const found = findWord({ word, stream, cursor, marks })
    cursor = found.cursor
    let at = 0
    let bytes = 0
    let place: SpannedToken['word'] | undefined
    for (const [index, name] of parts.tokensOf(word).entries()) {
      const rest = word.slice(at)
      const isByte = byteToken.test(name) && !rest.startsWith(name)
      const length = isByte ? firstCharacter(rest).length : surfaceLength({ token: name, index, rest, marks })
      const span = spanOf({ places: found.places, from: at, to: at + length, stream, marks })
      const token = { id: parts.idOf(name), start: span?.start ?? behind, end: span?.end ?? behind }
      if (marks.startOfWord !== undefined && name.startsWith(marks.startOfWord)) place = undefined
      place ??= { start: token.start, end: token.end }
      place.end = token.end
      tokens.push({ ...token, word: place })
      behind = token.end
      // All byte tokens of a character map to it; the word advances after the last one.
      bytes = isByte && bytes + 1 < Buffer.byteLength(firstCharacter(rest)) ? bytes + 1 : 0
      if (bytes === 0) at += length
    }
  }
}

interface AddWords {
  tokens: SpannedToken[]
  parts: TokenizerParts
  piece: AlignedText
  words: readonly string[]
}

/** How tokenizers with byte fallback write a byte. */
const byteToken = /^<0x[0-9A-F]{2}>$/
const firstCharacter = (text: string): string => text.match(/^[\s\S]/u)?.[0] ?? ''

/** The number of units of its word that a token covers. */
function surfaceLength({ token, index, rest, marks }: SurfaceLength): number {
  if (token === marks.unknown && !rest.startsWith(token))
    return marks.unknownIsWord ? rest.length : firstCharacter(rest).length
  if (marks.continuing !== undefined && index > 0 && token.startsWith(marks.continuing))
    return token.length - marks.continuing.length
  if (marks.endOfWord !== undefined && token.endsWith(marks.endOfWord) && !rest.startsWith(token))
    return token.length - marks.endOfWord.length
  return token.length
}

interface SurfaceLength {
  token: string
  index: number
  /** The rest of the word. */
  rest: string
  marks: TokenMarks
}

/** A mark that the tokenizer has inserted takes the range of the next character; trimmed spaces have an empty range at their end. */
function spanOf({ places, from, to, stream: { text, starts, ends }, marks }: SpanOf) {
  const all = places.slice(from, to).filter((place) => place >= 0)
  const known = marks.trimsSpaces ? all.filter((place) => text[place] !== byteSpace) : all
  const [first] = known
  const last = known.at(-1)
  if (first !== undefined && last !== undefined) return { start: starts[first] ?? 0, end: ends[last] ?? 0 }
  const trimmed = all.at(-1)
  if (trimmed !== undefined) return { start: ends[trimmed] ?? 0, end: ends[trimmed] ?? 0 }
  const next = to > from && !marks.trimsSpaces ? places.slice(to).find((place) => place >= 0) : undefined
  return next === undefined ? undefined : { start: starts[next] ?? 0, end: ends[next] ?? 0 }
}

interface SpanOf {
  /** The indices of a word's units in the stream, or -1. */
  places: readonly number[]
  from: number
  to: number
  stream: AlignedText
  marks: TokenMarks
}

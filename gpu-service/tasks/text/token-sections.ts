import type { TokenizerParts } from './tokenizer-parts.ts'

/** A part of a text: an added token, or the text between two of them. */
interface Section {
  added: string | undefined
  start: number
  end: number
  /** Its index among the parts. */
  index: number
}

const spaceBefore = /\s+$/u
const spaceBehind = /^\s+/u

/** Locates the parts of a split text. Spaces beside some added tokens belong to no token, as those before RoBERTa's mask. */
export function sectionsOf(
  split: readonly string[],
  parts: Pick<TokenizerParts, 'isAdded' | 'takesSpaces'>,
): Section[] {
  let cursor = 0
  const sections = split.map((text, index): Section => {
    const start = cursor
    cursor += text.length
    const isTaken = (at: number, side: 'before' | 'behind') => parts.takesSpaces(split[at] ?? '')[side]
    if (parts.isAdded(text)) return { added: text, start, end: cursor, index }
    const before = isTaken(index - 1, 'behind') ? (text.match(spaceBehind)?.[0].length ?? 0) : 0
    const behind = isTaken(index + 1, 'before') ? (text.match(spaceBefore)?.[0].length ?? 0) : 0
    return { added: undefined, start: start + before, end: cursor - behind, index }
  })
  return sections.filter(({ start, end }) => end > start)
}

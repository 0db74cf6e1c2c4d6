import type { SpannedToken } from './token-spans.ts'
import type { TemplatePart } from './token-template.ts'

/** A text or a pair as a model reads it: one entry per token in each list, special tokens included. */
export interface EncodedText {
  ids: number[]
  typeIds: number[]
}

/** The same with where each token comes from. */
export interface LocatedText extends EncodedText {
  /** Whether the tokenizer has put the token around the texts itself. */
  special: boolean[]
  /** Which text it is of: 0 the first, 1 the second, undefined for a special token. */
  sequences: (0 | 1 | undefined)[]
  /** Where it stands in its text, in UTF-16 units as JavaScript counts them; [0, 0] for a special token. */
  offsets: [start: number, end: number][]
  /** The place of the word that each token is a part of. */
  words: SpannedToken['word'][]
}

const nowhere = { start: 0, end: 0 }

export function assembleIds(parts: readonly TemplatePart[], texts: readonly (readonly number[])[]): EncodedText {
  const ids: number[] = []
  const typeIds: number[] = []
  for (const part of parts) {
    const added = 'special' in part ? [part.special] : (texts[part.sequence] ?? [])
    for (const id of added) {
      ids.push(id)
      typeIds.push(part.typeId)
    }
  }
  return { ids, typeIds }
}

export function assembleLocated(
  parts: readonly TemplatePart[],
  texts: readonly (readonly SpannedToken[])[],
): LocatedText {
  const made: LocatedText = { ids: [], typeIds: [], special: [], sequences: [], offsets: [], words: [] }
  for (const part of parts) {
    const isSpecial = 'special' in part
    const added = isSpecial ? [{ id: part.special, start: 0, end: 0, word: nowhere }] : (texts[part.sequence] ?? [])
    for (const { id, start, end, word } of added) {
      made.ids.push(id)
      made.typeIds.push(part.typeId)
      made.special.push(isSpecial)
      made.sequences.push(isSpecial ? undefined : part.sequence)
      made.offsets.push([start, end])
      made.words.push(word)
    }
  }
  return made
}

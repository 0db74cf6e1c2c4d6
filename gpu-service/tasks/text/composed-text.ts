import { type AlignedText, startAligned } from './aligned-text.ts'

/** The decomposition that each composing form begins with. */
const decompositions = { NFC: 'NFD', NFKC: 'NFKD' }
export type ComposingForm = keyof typeof decompositions

export const isComposing = (type: string): type is ComposingForm => type in decompositions

/**
 * Aligns a text with its composed form as Python's tokenizers do: a composed character maps to the first of the
 * characters that it is made of, and what one character becomes maps to it.
 */
export function composeAligned({ text, starts, ends }: AlignedText, form: ComposingForm): AlignedText {
  const piecesOf = (character: string) => [...character.normalize(decompositions[form])].length
  const origins: number[] = []
  /** For each piece of the decomposed text, whether it is one more than the characters before it. */
  const added: number[] = []
  let unit = 0
  for (const character of text) {
    origins.push(unit)
    unit += character.length
    for (let piece = 0; piece < piecesOf(character); piece++) added.push(Math.min(piece, 1))
  }
  const made = startAligned()
  let piece = 0
  let origin = 0
  let next = 0
  for (const character of text.normalize(form)) {
    const count = piecesOf(character)
    let change = 1 - count
    for (const end = piece + count; piece < end; piece++) change += added[piece] ?? 0
    if (change <= 0) {
      origin = origins[next] ?? origin
      next += 1 - change
    }
    made.add(character, starts[origin] ?? 0, ends[origin] ?? 0)
  }
  return made.done()
}

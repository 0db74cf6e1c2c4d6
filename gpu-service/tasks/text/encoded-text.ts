import { copyPlaced, emptyTokens, type PlacedTokens } from './placed-tokens.ts'
import type { TemplatePart } from './token-template.ts'

/** A text or a pair as a model reads it: one entry per token in each list, special tokens included. */
export interface EncodedText {
  ids: number[]
  typeIds: number[]
}

/** The same with the source range of each token, which is 0 to 0 for a special token. */
export interface LocatedText extends PlacedTokens {
  typeIds: Int32Array
  /** Which text each token is from: 0 the first, 1 the second, `specialToken` none. */
  sequences: Int8Array
}

export const specialToken = -1

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

export function assembleLocated(parts: readonly TemplatePart[], texts: readonly PlacedTokens[]): LocatedText {
  const added = parts.map((part) => ('special' in part ? specialPlaced(part.special) : texts[part.sequence]))
  const length = added.reduce((total, tokens) => total + (tokens?.length ?? 0), 0)
  const typeIds = new Int32Array(length)
  const sequences = new Int8Array(length)
  const made = { ...emptyTokens(length), typeIds, sequences }
  let at = 0
  for (const [index, part] of parts.entries()) {
    const tokens = added[index]
    if (tokens === undefined) continue
    copyPlaced({ from: tokens, to: made, at })
    typeIds.fill(part.typeId, at, at + tokens.length)
    sequences.fill('special' in part ? specialToken : part.sequence, at, at + tokens.length)
    at += tokens.length
  }
  return made
}

function specialPlaced(id: number): PlacedTokens {
  const placed = emptyTokens(1)
  placed.ids[0] = id
  return placed
}

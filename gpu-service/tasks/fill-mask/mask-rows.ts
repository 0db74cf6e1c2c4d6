import type { Tensors } from '../../engine/engine.ts'
import { rowsOf } from '../float-tensors.ts'
import { largestOutput } from '../sparse/word-graph.ts'
import { wordPlaces } from '../sparse/word-places.ts'
import { assertNumbers } from '../text/text-model.ts'
import { type TokenInputs, type TokenRow, widthOf } from '../text/token-tensors.ts'
import type { Wanted } from './mask-candidates.ts'

/** A text with masks, their positions, and what is wanted for them. */
export interface MaskedRow extends TokenRow, Wanted {
  masks: readonly number[]
}

/** Requests one row per mask, by its position in the batch, padding included. */
export function maskPlaces({ inputs, batch, counts }: MaskPlaces): Tensors {
  const width = widthOf(inputs, batch)
  const answers = batch.flatMap(({ masks }, row) => masks.map((position) => [row * width + position]))
  return wordPlaces({ answers, counts })
}

interface MaskPlaces {
  inputs: TokenInputs
  batch: readonly MaskedRow[]
  counts: boolean
}

/** Splits the output into the rows of each text's masks. */
export function maskRows(tensors: Tensors, batch: readonly MaskedRow[]): Float32Array<ArrayBuffer>[][] {
  const count = batch.reduce((total, { masks }) => total + masks.length, 0)
  const rows = rowsOf(tensors, largestOutput, count).values()
  return batch.map(({ masks }) => masks.map(() => assertNumbers(rows.next().value ?? new Float32Array())))
}

import type { Tensors } from '../../engine/engine.ts'
import { rowsOf } from '../float-tensors.ts'
import { largestOutput } from '../sparse/word-graph.ts'
import { wordPlaces } from '../sparse/word-places.ts'
import { assertNumbers } from '../text/text-model.ts'
import { type TokenInputs, widthOf } from '../text/token-tensors.ts'
import type { MaskedRow } from './fill-mask.ts'

/** Asks for each mask by itself, where it is among all tokens of a batch, padding included. */
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

/** What the graph says of each mask, row by row. */
export function maskRows(tensors: Tensors, batch: readonly MaskedRow[]): Float32Array<ArrayBuffer>[][] {
  const count = batch.reduce((total, { masks }) => total + masks.length, 0)
  const rows = rowsOf(tensors, largestOutput, count).values()
  return batch.map(({ masks }) => masks.map(() => assertNumbers(rows.next().value ?? new Float32Array())))
}

import type { Tensors } from '../../engine/engine.ts'
import { rowsOf } from '../float-tensors.ts'
import { largestOutput } from '../sparse/word-graph.ts'
import { wordPlaces } from '../sparse/word-places.ts'
import { assertNumbers } from '../text/text-model.ts'
import type { MaskedRow } from './fill-mask.ts'

/** Asks for each mask by itself, where it is among all tokens of a batch, padding included. */
export function maskPlaces({ batch, counts }: { batch: readonly MaskedRow[]; counts: boolean }): Tensors {
  const width = batch.reduce((longest, { ids }) => Math.max(longest, ids.length), 0)
  const answers = batch.flatMap(({ masks }, row) => masks.map((position) => [row * width + position]))
  return wordPlaces({ answers, counts })
}

/** What the graph says of each mask, row by row. */
export function maskRows(tensors: Tensors, batch: readonly MaskedRow[]): Float32Array<ArrayBuffer>[][] {
  const count = batch.reduce((total, { masks }) => total + masks.length, 0)
  const rows = rowsOf(tensors, largestOutput, count).values()
  return batch.map(({ masks }) => masks.map(() => assertNumbers(rows.next().value ?? new Float32Array())))
}

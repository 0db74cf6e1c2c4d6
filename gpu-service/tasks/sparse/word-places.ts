import type { Tensor, Tensors } from '../../engine/engine.ts'
import type { HiddenTensors } from '../task-model.ts'
import { countsInput, placesInput } from './word-graph.ts'

/**
 * Returns the position inputs of an extended graph. Shorter answers are filled up with their first position, which
 * changes no maximum and has count 0 in a sum.
 */
export function wordPlaces({ answers, counts }: WordPlaces): Tensors {
  const width = answers.reduce((longest, { length }) => Math.max(longest, length), 0)
  const data = new BigInt64Array(answers.length * width)
  for (const [row, places] of answers.entries()) {
    const own = data.subarray(row * width, (row + 1) * width).fill(BigInt(places[0] ?? 0))
    for (const [index, place] of places.entries()) own[index] = BigInt(place)
  }
  const places: Tensor = { type: 'int64', dims: [answers.length, width], data }
  return { [placesInput]: places, ...(counts && { [countsInput]: countsTensor(answers, width) }) }
}

interface WordPlaces {
  answers: readonly (readonly number[])[]
  /** Whether the graph sums and so needs to know which positions count. */
  counts: boolean
}

function countsTensor(answers: WordPlaces['answers'], width: number): Tensor {
  const data = new Float32Array(answers.length * width)
  for (const [row, { length }] of answers.entries()) data.fill(1, row * width, row * width + length)
  return { type: 'float32', dims: [answers.length, 1, width], data }
}

/** For clients that send tokens as tensors: the graph requires a position, and the result for it is discarded. */
export const hiddenPlaces = ({ counts }: Pick<WordPlaces, 'counts'>): HiddenTensors => ({
  graph: 'main',
  outputs: [],
  fill: () => wordPlaces({ answers: [[0]], counts }),
})

/** The positions of each text's tokens in a batch of this width. */
export const placesOfTexts = ({ lengths, width }: { lengths: readonly number[]; width: number }): number[][] =>
  lengths.map((length, row) => Array.from({ length }, (_, position) => row * width + position))

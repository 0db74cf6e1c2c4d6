import type { Tensor, Tensors } from '../../engine/engine.ts'
import type { HiddenTensors } from '../task.ts'
import { countsInput, placesInput } from './word-graph.ts'

/**
 * What an extended graph is asked: for each answer the places of its tokens. Where it has fewer than another its first
 * one stands again, which changes no largest number, and does not count where numbers are summed.
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
  /** Whether the graph sums, and is to be told which places count. */
  counts: boolean
}

function countsTensor(answers: WordPlaces['answers'], width: number): Tensor {
  const data = new Float32Array(answers.length * width)
  for (const [row, { length }] of answers.entries()) data.fill(1, row * width, row * width + length)
  return { type: 'float32', dims: [answers.length, 1, width], data }
}

/** For those who send tokens as tensors: the graph asks for a place, and what it says of that goes nowhere. */
export const hiddenPlaces = ({ counts }: Pick<WordPlaces, 'counts'>): HiddenTensors => ({
  graph: 'main',
  outputs: [],
  fill: () => wordPlaces({ answers: [[0]], counts }),
})

/** The places of all tokens of each text of a batch, which is padded to a width. */
export const placesOfTexts = ({ lengths, width }: { lengths: readonly number[]; width: number }): number[][] =>
  lengths.map((length, row) => Array.from({ length }, (_, position) => row * width + position))

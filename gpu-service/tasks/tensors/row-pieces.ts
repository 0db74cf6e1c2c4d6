import { CostModel } from '../../batcher/cost-model.ts'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { afterSteps, type YieldTurn } from '../../yield-turn.ts'
import { cutRows, joinRowsInSteps } from './shared-rows.ts'

/** A run cannot be interrupted, and others wait for its end. */
const pieceMsMax = 20
/** More would be too many items for a queue. */
const piecesMax = 1024
const runsToKnow = 3
/** Predictions hold only for sizes near those seen, so a piece is at most this many times larger. */
const growthMax = 8

interface PieceSizes {
  /** The number of rows per piece of a request with this many rows and this total size. */
  rowsEach(request: { rows: number; size: number }): number
  /** How many pieces to submit at once, after this many of the same request. */
  countAfter(pieces: number): number
  /** Records the duration of a run. */
  learn(ran: { size: number; runMs: number }): void
}

/**
 * Splits the many rows of a request for a graph with independent rows into pieces: as large as the graph runs fast, or
 * always equally large if a row's answer depends on the others in its run.
 */
export function createPieceSizes({ costMax, isSteady }: PieceSizesOptions): PieceSizes {
  const costs = new CostModel()
  let learnt = 0
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0]
  const predictMs = (size: number) => costs.predictMs({ items: 1, longest: size })
  const cost = () => {
    if (isSteady || largest === 0) return costMax
    // Runs of one size do not reveal which part of their time is fixed.
    if (largest < 2 * smallest) return 2 * largest
    // If most of a run's time is fixed, smaller pieces would only cost more.
    const allowedMs = Math.max(pieceMsMax, 2 * predictMs(0))
    let size = growthMax * largest
    while (size > 1 && predictMs(size) > allowedMs) size /= 2
    return size
  }
  return {
    rowsEach({ rows, size }) {
      const rowSize = size / rows
      return Math.min(rows, Math.max(1, Math.floor(cost() / rowSize), Math.ceil(rows / piecesMax)))
    },
    // The first runs are slow; trusting them would predict minutes for a large request.
    countAfter: (pieces) => (isSteady || learnt >= runsToKnow ? Number.POSITIVE_INFINITY : pieces + 1),
    learn({ size, runMs }) {
      smallest = Math.min(smallest, size)
      largest = Math.max(largest, size)
      costs.observe({ items: 1, longest: size, runMs })
      learnt++
    },
  }
}

interface PieceSizesOptions {
  /** The size of a run while nothing is known. */
  costMax: number
  isSteady: boolean
}

/** Returns the next pieces of a request, `rowsEach` rows in each. */
export function piecesOf({ inputs, rows, from, rowsEach, count }: InPieces): { inputs: Tensors; rows: number }[] {
  const pieces: { inputs: Tensors; rows: number }[] = []
  for (let at = from; at < rows && pieces.length < count; at += rowsEach) {
    const to = Math.min(rows, at + rowsEach)
    const cut = Object.entries(inputs).map(([name, tensor]) => [name, cutRows(tensor, at, to)] as const)
    pieces.push({ inputs: Object.fromEntries(cut), rows: to - at })
  }
  return pieces
}

interface InPieces {
  inputs: Tensors
  rows: number
  from: number
  rowsEach: number
  /** The most pieces. */
  count: number
}

/**
 * Joins the outputs of all pieces as if of one run, yielding to the event loop; returns `undefined` if they do not have
 * one row per input row.
 */
export async function joinPieces(
  pieces: readonly { output: Tensors; rows: number }[],
  yieldTurn: YieldTurn,
): Promise<Tensors | undefined> {
  const names = Object.keys(pieces[0]?.output ?? {})
  const joined: [string, Tensor][] = []
  for (const name of names) {
    const tensors = pieces.flatMap(({ output }) => output[name] ?? [])
    const row = String(tensors[0]?.dims.slice(1))
    const isJoinable = tensors.every(({ dims }, at) => dims[0] === pieces[at]?.rows && String(dims.slice(1)) === row)
    if (!isJoinable) return undefined
    joined.push([name, await afterSteps(joinRowsInSteps(tensors), yieldTurn)])
  }
  return Object.fromEntries(joined)
}

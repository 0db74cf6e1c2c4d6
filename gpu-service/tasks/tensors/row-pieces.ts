import { CostModel } from '../../batcher/cost-model.ts'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { afterSteps, type YieldTurn } from '../../yield-turn.ts'
import { cutRows, joinRowsInSteps } from './shared-rows.ts'

/** A run cannot be broken off, so that others wait for its end. */
const pieceMsMax = 20
/** More would be too many items for a queue. */
const piecesMax = 1024
const runsToKnow = 3
/** What a run takes is known for sizes near those that ran, so that a piece is at most so many times as large as one. */
const growthMax = 8

export interface PieceSizes {
  /** How many rows of a request run at once, where it has so many of such a size. */
  rowsEach(request: { rows: number; size: number }): number
  /** How many pieces are asked for at once, behind so many of the same request. */
  countAfter(pieces: number): number
  /** How long a run took. */
  learn(ran: { size: number; runMs: number }): void
}

/**
 * Where the rows of a graph do not touch each other, the many of one request run in pieces: as large as the graph is
 * fast, or, where a row's answer depends on which others ran with it, always the same.
 */
export function createPieceSizes({ costMax, isSteady }: PieceSizesOptions): PieceSizes {
  const costs = new CostModel()
  let learnt = 0
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0]
  const predictMs = (size: number) => costs.predictMs({ items: 1, longest: size })
  const cost = () => {
    if (isSteady || largest === 0) return costMax
    // Of runs of one size nobody can tell what is every run's and what is each row's.
    if (largest < 2 * smallest) return 2 * largest
    // Where most of a run is what every run takes, smaller pieces would only be more of them.
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
    // A first run is slow: were all pieces made as it says, a large request would seem to take minutes.
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
  /** What runs at once while nothing is known. */
  costMax: number
  isSteady: boolean
}

/** The next rows of a request, in pieces of so many. */
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

/** The outputs of all pieces as those of one run, others in between; `undefined` where they have no rows in the way of the inputs. */
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

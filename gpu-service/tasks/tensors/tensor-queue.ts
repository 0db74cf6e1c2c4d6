import type { CallOptions } from '../../batcher/call-options.ts'
import type { BatchResult } from '../../batcher/item-queue.ts'
import type { Tensors } from '../../engine/engine.ts'
import { outputBytesMax } from '../../engine/output-size.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import type { BatcherFactory } from '../task-model.ts'
import { type Timing, timingOf } from '../timing.ts'
import { createPieceSizes, joinPieces, piecesOf } from './row-pieces.ts'
import { type TensorGraph, type TensorRequest, tensorModel } from './tensor-model.ts'

/** Runs requests for a graph's tensors: whole, or in pieces if the rows are independent. */
export interface TensorQueue {
  run(request: TensorRequest, options: CallOptions): Promise<TensorsRun>
  runRows(request: RowsRequest, options: CallOptions): Promise<TensorsRun>
}

export interface TensorsRun {
  output: Tensors
  timing: Timing
}

interface RowsRequest extends Omit<TensorRequest, 'group'> {
  rows: number
  /** Returns the group of the whole request, or of its next piece. */
  group: () => string
}

export function openQueue(graph: TensorGraph, createBatcher: BatcherFactory): TensorQueue {
  const model = tensorModel(graph)
  const batcher = createBatcher(model)
  const sizes = createPieceSizes({ costMax: model.costMax, isSteady: graph.isolate === 'always' })
  const submitAll = async (requests: readonly TensorRequest[], options: CallOptions) => {
    const results = await batcher.submitAll(requests, options)
    for (const [index, { runMs }] of results.entries()) {
      const request = requests[index]
      if (request !== undefined) sizes.learn({ size: model.sizeOf(request), runMs })
    }
    return results
  }
  const run: TensorQueue['run'] = async (request, options) => {
    const results = await submitAll([request], options)
    return { output: results[0]?.output ?? {}, timing: timingOf(results) }
  }
  return {
    run,
    async runRows({ group, ...asked }, options) {
      const { inputs, rows, outputs } = asked
      const whole = { ...asked, group: group() }
      const size = model.sizeOf(whole)
      if (sizes.rowsEach({ rows, size }) >= rows) return run(whole, options)
      const room = { bytesMax: outputBytesMax, heldBytes: 0 }
      const results: (BatchResult<Tensors> & { rows: number })[] = []
      for (let from = 0; from < rows; ) {
        const rowsEach = sizes.rowsEach({ rows, size })
        const pieces = piecesOf({ inputs, rows, from, rowsEach, count: sizes.countAfter(results.length) })
        const requests = pieces.map((piece) => ({ ...piece, outputs, group: group(), room }))
        for (const [index, result] of (await submitAll(requests, options)).entries())
          results.push({ ...result, rows: pieces[index]?.rows ?? 0 })
        from = results.reduce((total, piece) => total + piece.rows, 0)
      }
      const output = await joinPieces(results, yieldTurnFor(options.signal))
      // If the outputs do not have one row per input row, the whole request runs again at once.
      return output === undefined ? run(whole, options) : { output, timing: timingOf(results) }
    },
  }
}

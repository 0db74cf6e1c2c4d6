import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import type { Tensors } from '../../engine/engine.ts'
import { isTensorType } from '../../engine/tensor-types.ts'
import { afterSteps, yieldTurnFor } from '../../yield-turn.ts'
import type { BatcherFactory } from '../task-model.ts'
import { countTokens } from './count-tokens.ts'
import { hasRows, isNamedBatch } from './shared-rows.ts'
import { checkInputs, rowsOf } from './signature.ts'
import { rowsTogetherMax, type TensorGraph } from './tensor-model.ts'
import { openQueue, type TensorQueue, type TensorsRun } from './tensor-queue.ts'

/** A model's graph, addressed by its tensor names. */
export interface TensorAccess {
  inputs: readonly TensorSignature[]
  outputs: readonly TensorSignature[]
  /** How many rows of several requests may share a run, along their first axis; 0 if requests do not share runs. */
  rowsTogetherMax: number
  /** @throws AppError `invalid_input` naming the tensor at fault */
  infer(request: InferTensors): Promise<ChargedRun>
}

interface ChargedRun extends TensorsRun {
  /** Absent where the request has no token ids. */
  tokens?: number
}

interface InferTensors {
  inputs: Tensors
  /** Empty for all outputs. */
  outputs: readonly string[]
  options: CallOptions
}

/** Gives access to a graph's tensors; creates its queue on first use, because most models never need it. */
export function createTensors(graph: TensorGraph, createBatcher: BatcherFactory): TensorAccess {
  const inputs = graph.inputs
  const outputs = [
    ...graph.outputs.filter(({ type }) => isTensorType(type)),
    ...(graph.hidden?.outputs ?? []).map(({ name, type, shape }) => ({ name, type, ...(shape && { shape }) })),
  ]
  const all = [...inputs, ...outputs]
  const rowsAreFree = hasRows(all) && (graph.rowsAreIndependent || graph.isolate === 'never' || all.every(isNamedBatch))
  const sharesRuns = rowsAreFree && graph.isolate !== 'always'
  const names = new Set(outputs.map(({ name }) => name))
  let queue: TensorQueue | undefined
  let alone = 0
  return {
    inputs,
    outputs,
    rowsTogetherMax: sharesRuns ? rowsTogetherMax[graph.device] : 0,
    async infer({ inputs: tensors, outputs: wanted, options }) {
      checkInputs(tensors, inputs)
      const unknown = wanted.find((name) => !names.has(name))
      if (unknown !== undefined)
        throw errors.invalidInput(`The model has no output "${unknown}". It has ${[...names].join(', ')}.`, 'outputs')
      const rows = rowsOf(tensors)
      const group = () => (sharesRuns && rows !== undefined ? groupOf(tensors) : `alone ${alone++}`)
      const asked = wanted.length === 0 ? [...names] : wanted
      queue ??= openQueue(graph, createBatcher)
      const request = { inputs: tensors, outputs: asked }
      // Charged as a whole, so that no piece runs for a request that is refused by its total.
      const tokens = await afterSteps(countTokens(tensors), yieldTurnFor(options.signal))
      if (tokens > 0) options.charge?.(tokens)
      const run =
        rowsAreFree && rows !== undefined
          ? await queue.runRows({ ...request, rows, group }, options)
          : await queue.run({ ...request, rows, group: group() }, options)
      return tokens > 0 ? { ...run, tokens } : run
    },
  }
}

/** The shape of a row of each input. */
const groupOf = (tensors: Tensors): string =>
  JSON.stringify(Object.entries(tensors).map(([name, { dims }]) => [name, dims.slice(1)]))

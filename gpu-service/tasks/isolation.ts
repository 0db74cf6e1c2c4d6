import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import type { Isolation } from './task.ts'

/**
 * Whether an input's answer is the same whoever shares its batch. A dynamically quantised file takes one scale for all
 * activations of a run, padding included, so there it is not.
 */
export const isBatchInvariant = ({ operators }: Pick<OnnxHeader, 'operators'>): boolean =>
  !operators.has('DynamicQuantizeLinear')

export const runsAlone = ({ isolate, graph }: IsolationInput): boolean =>
  isolate === 'always' || (isolate === 'auto' && !isBatchInvariant(graph))

/** What `/info` says of it. */
export const describeIsolation = (input: IsolationInput) => ({
  batchInvariant: isBatchInvariant(input.graph) || runsAlone(input),
  isolate: input.isolate,
})

interface IsolationInput {
  isolate: Isolation
  graph: Pick<OnnxHeader, 'operators'>
}

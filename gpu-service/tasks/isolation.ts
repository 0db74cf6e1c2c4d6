import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import type { Isolation } from './task.ts'

/**
 * Whether an input's answer does not depend on the others in its batch. In a dynamically quantised file it does: one
 * scale applies to all activations of a run, padding included.
 */
export const isBatchInvariant = ({ operators }: Pick<OnnxHeader, 'operators'>): boolean =>
  !operators.has('DynamicQuantizeLinear')

export const runsAlone = ({ isolate, graph }: IsolationInput): boolean =>
  isolate === 'always' || (isolate === 'auto' && !isBatchInvariant(graph))

/** The fields in `/info`. */
export const describeIsolation = (input: IsolationInput) => ({
  batchInvariant: isBatchInvariant(input.graph) || runsAlone(input),
  isolate: input.isolate,
})

interface IsolationInput {
  isolate: Isolation
  graph: Pick<OnnxHeader, 'operators'>
}

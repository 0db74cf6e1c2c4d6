import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import { tokenInputs } from './text/token-tensors.ts'

/** Whether each input runs alone: `auto` does so if others in the batch would change its answer. */
export type Isolation = 'auto' | 'always' | 'never'

type Outline = Pick<OnnxHeader, 'operators'> & Partial<Pick<OnnxHeader, 'inputs'>>

/**
 * Whether an input's answer does not depend on the others in its batch. In a dynamically quantised file it does: one
 * scale applies to all activations of a run, padding included. In a text model with convolutions, pooling, a Fourier
 * transform or shifted tokens, such as ConvBERT, Funnel, FNet and MobileBERT, it does, too: those mix a text's tokens
 * with its padding.
 */
export const isBatchInvariant = ({ operators, inputs = [] }: Outline): boolean => {
  const readsTokensOnly = inputs.length > 0 && inputs.every(({ name }) => tokenInputs.some((one) => one === name))
  return (
    !operators.has('DynamicQuantizeLinear') && !(readsTokensOnly && mixing.some((operator) => operators.has(operator)))
  )
}

/** Operators that no attention mask keeps from the padding. */
const mixing = ['Conv', 'AveragePool', 'MaxPool', 'DFT', 'Pad']

export const runsAlone = ({ isolate, graph }: IsolationInput): boolean =>
  isolate === 'always' || (isolate === 'auto' && !isBatchInvariant(graph))

/** The fields in `/info`. */
export const describeIsolation = (input: IsolationInput) => ({
  batchInvariant: isBatchInvariant(input.graph) || runsAlone(input),
  isolate: input.isolate,
})

interface IsolationInput {
  isolate: Isolation
  graph: Outline
}

import type { NodeSpec } from '../../models/onnx-nodes.ts'
import type { Activation, DenseLayer } from './dense-layer.ts'
import type { VectorStep } from './pooling-config.ts'

export interface StepNodes {
  nodes: NodeSpec[]
  constants: { name: string; value: Float32Array; dims?: number[] }[]
  /** The rows after the last step, [batch, 1, width]. */
  output: string
  /** The input of the last step. */
  beforeLast: string
}

/** The steps after the pooling as graph nodes, each from rows [batch, 1, width] to rows of that shape. */
export function stepNodes({ steps, input }: { steps: readonly VectorStep[]; input: string }): StepNodes {
  const all: StepNodes = { nodes: [], constants: [], output: input, beforeLast: input }
  for (const [index, step] of steps.entries()) {
    const name = `slipway_step${index}`
    all.beforeLast = all.output
    const made = step.kind === 'dense' ? denseNodes(step, all.output, name) : unitNodes(all.output, name)
    all.nodes.push(...made.nodes)
    all.constants.push(...made.constants)
    all.output = name
  }
  return all
}

/** A row times itself as a column is the square of its length. */
function unitNodes(row: string, name: string): Pick<StepNodes, 'nodes' | 'constants'> {
  const nodes: NodeSpec[] = [
    { operator: 'Reshape', inputs: [row, 'slipway_as_column'], output: `${name}_column` },
    { operator: 'MatMul', inputs: [row, `${name}_column`], output: `${name}_square` },
    { operator: 'Sqrt', inputs: [`${name}_square`], output: `${name}_norm` },
    { operator: 'Max', inputs: [`${name}_norm`, 'slipway_least'], output: `${name}_length` },
    { operator: 'Div', inputs: [row, `${name}_length`], output: name },
  ]
  return { nodes, constants: [] }
}

function denseNodes(layer: DenseLayer, row: string, name: string): Pick<StepNodes, 'nodes' | 'constants'> {
  const { weight, bias, inWidth, outWidth, activation } = layer
  const chain: { operator: string; with?: string }[] = [
    { operator: 'MatMul', with: `${name}_weight` },
    ...(bias === undefined ? [] : [{ operator: 'Add', with: `${name}_bias` }]),
    ...(activation === 'identity' ? [] : [{ operator: operators[activation] }]),
  ]
  const output = (index: number) => (index === chain.length - 1 ? name : `${name}_${index}`)
  return {
    nodes: chain.map((one, index) => ({
      operator: one.operator,
      inputs: [index === 0 ? row : output(index - 1), ...(one.with === undefined ? [] : [one.with])],
      output: output(index),
    })),
    constants: [
      { name: `${name}_weight`, value: weight, dims: [inWidth, outWidth] },
      ...(bias === undefined ? [] : [{ name: `${name}_bias`, value: bias }]),
    ],
  }
}

const operators: Record<Exclude<Activation, 'identity'>, string> = { tanh: 'Tanh', relu: 'Relu', sigmoid: 'Sigmoid' }

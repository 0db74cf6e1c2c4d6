import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Device } from '../../../../gpu-service/engine/engine.ts'
import { leftOutFusions } from '../../../../gpu-service/engine/left-out-fusions.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import type { GraphValue } from '../../../../gpu-service/models/onnx-nodes.ts'
import { temporaryFolder } from '../support/folders.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'
import { workerUrl } from '../support/worker-url.ts'

/** So many that the weights are written to the mapped file. */
const channels = 512

const border = { name: 'border', value: BigInt64Array.of(0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n) }
const value = (name: string, side: number): GraphValue => ({
  name,
  elementType: elementTypes.float32,
  dims: ['batch', channels, side, side],
})

/** As in the embedder of BiT. */
const bordered = tinyGraph({
  nodes: [
    { operator: 'Mul', inputs: ['x', 'scale'], output: 'scaled' },
    { operator: 'Pad', inputs: ['scaled', 'border'], output: 'padded' },
    { operator: 'MaxPool', inputs: ['padded'], output: 'y', attributes: { kernel_shape: [3, 3], strides: [2, 2] } },
  ],
  inputs: [value('x', 3)],
  outputs: [value('y', 2)],
  weights: [border, { name: 'scale', value: new Float32Array(channels * 9).fill(1), dims: [channels, 3, 3] }],
})

/** As in each layer of MobileNet. */
const withoutPooling = tinyGraph({
  nodes: [
    { operator: 'Pad', inputs: ['x', 'border'], output: 'padded' },
    { operator: 'Conv', inputs: ['padded', 'kernel'], output: 'y' },
  ],
  inputs: [value('x', 3)],
  outputs: [value('y', 3)],
  weights: [
    border,
    { name: 'kernel', value: new Float32Array(channels * channels * 9), dims: [channels, channels, 3, 3] },
  ],
})

/** A window of the AveragePool starts in the border. */
const averaged = (between: readonly Between[]) =>
  tinyGraph({
    nodes: [
      { operator: 'Pad', inputs: ['x', 'border'], output: 'value0' },
      ...between.map((node, index) => ({
        ...node,
        inputs: [`value${index}`, ...(node.inputs ?? [])],
        output: `value${index + 1}`,
      })),
      {
        operator: 'AveragePool',
        inputs: [`value${between.length}`],
        output: 'y',
        attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
      },
    ],
    inputs: [value('x', 3)],
    outputs: [value('y', 3)],
    weights: [border, { name: 'zero', value: Float32Array.of(0), dims: [1] }],
  })

interface Between {
  operator: string
  /** After the first, the padded numbers. */
  inputs?: string[]
  attributes?: Record<string, number | number[]>
}

/** As in EfficientNet, whose border is that of a Conv. */
const averagedLater = tinyGraph({
  nodes: [
    { operator: 'Pad', inputs: ['x', 'border'], output: 'padded' },
    { operator: 'Conv', inputs: ['padded', 'kernel'], output: 'found' },
    { operator: 'AveragePool', inputs: ['found'], output: 'y', attributes: { kernel_shape: [3, 3], ceil_mode: 1 } },
  ],
  inputs: [value('x', 3)],
  outputs: [value('y', 1)],
  weights: [
    border,
    { name: 'kernel', value: new Float32Array(channels * channels * 9), dims: [channels, channels, 3, 3] },
  ],
})

async function fileOf(graph: Buffer): Promise<string> {
  const path = join(await temporaryFolder(), 'model.onnx')
  await writeFile(path, graph)
  return path
}

/** The distinct numbers of the answer to negative numbers only. */
async function answer(settings: { device: Device; mapBytesMin: number }): Promise<number[]> {
  const engine = new WorkerEngine({ workerUrl, ...settings })
  try {
    await engine.load({ modelId: 'bordered', path: await fileOf(bordered) })
    const x = { type: 'float32' as const, dims: [1, channels, 3, 3], data: new Float32Array(channels * 9).fill(-1) }
    const { y } = await engine.run({ modelId: 'bordered', inputs: { x }, outputs: ['y'] })
    return [...new Set(y?.data as Float32Array)]
  } finally {
    await engine.close()
  }
}

describe('a border of zeros before a MaxPool', () => {
  it('counts in the largest number of each window', async () => {
    expect(await answer({ device: 'cpu', mapBytesMin: 2 ** 30 })).toEqual([0])
  })

  it('counts in the largest number of each window of a mapped file', async () => {
    expect(await answer({ device: 'cpu', mapBytesMin: 0 })).toEqual([0])
  })

  it('stays a node of its own on a GPU, too', async () => {
    expect(await leftOutFusions({ path: await fileOf(bordered), device: 'cuda' })).toEqual(['Pad_Fusion'])
  })
})

it.each<[string, Between[]]>([
  ['alone', []],
  ['with an Identity between', [{ operator: 'Identity' }]],
  ['with a Dropout between', [{ operator: 'Dropout' }]],
  ['with a Cast to the same type between', [{ operator: 'Cast', attributes: { to: elementTypes.float32 } }]],
  ['with an addition of zero between', [{ operator: 'Add', inputs: ['zero'] }]],
  [
    'with two transpositions between',
    [
      { operator: 'Transpose', attributes: { perm: [0, 2, 3, 1] } },
      { operator: 'Transpose', attributes: { perm: [0, 3, 1, 2] } },
    ],
  ],
])('a border of zeros before an AveragePool has the windows that start in it: %s', async (_, between) => {
  const engine = new WorkerEngine({ workerUrl, device: 'cpu', mapBytesMin: 2 ** 30 })
  try {
    await engine.load({ modelId: 'averaged', path: await fileOf(averaged(between)) })
    const x = { type: 'float32' as const, dims: [1, channels, 3, 3], data: new Float32Array(channels * 9).fill(4) }
    const { y } = await engine.run({ modelId: 'averaged', inputs: { x }, outputs: ['y'] })
    expect(y?.dims).toEqual([1, channels, 3, 3])
    // In numpy: the means of 2×2 windows of the padded 5×5 numbers, of which the last hold fewer than four.
    expect([...((y?.data ?? []) as Float32Array)].slice(0, 9)).toEqual([1, 2, 0, 2, 4, 0, 0, 0, 0])
  } finally {
    await engine.close()
  }
})

it.each([
  ['alone', withoutPooling],
  ['with an AveragePool behind it', averagedLater],
])('a border of zeros before a Conv becomes part of it, which is faster: %s', async (_where, graph) => {
  const path = await fileOf(graph)
  expect(await leftOutFusions({ path, device: 'cuda' })).toEqual([])
})

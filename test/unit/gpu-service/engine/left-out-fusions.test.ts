import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import type { Device } from '../../../../gpu-service/engine/engine.ts'
import { leftOutFusions } from '../../../../gpu-service/engine/left-out-fusions.ts'
import { sessionOptions } from '../../../../gpu-service/engine/session-options.ts'
import { writeMapped } from '../../../../gpu-service/engine/write-mapped.ts'
import type { GraphValue } from '../../../../gpu-service/models/onnx-nodes.ts'
import { temporaryFolder } from '../support/folders.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

/** Wide enough that the weights are written to the mapped file. */
const width = 512
const value = (name: string): GraphValue => ({
  name,
  elementType: elementTypes.float32,
  dims: ['batch', 'length', width],
})

/** A residual connection with its normalisation, as in every layer of BERT. */
const residual = tinyGraph({
  nodes: [
    { operator: 'Add', inputs: ['left', 'right'], output: 'sum' },
    { operator: 'LayerNormalization', inputs: ['sum', 'scale', 'bias'], output: 'normal' },
  ],
  inputs: [value('left'), value('right')],
  outputs: [value('normal')],
  weights: ['scale', 'bias'].map((name) => ({ name, value: new Float32Array(width).fill(1) })),
})

async function residualFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'model.onnx')
  await writeFile(path, residual)
  return path
}

/** Whether the graph that the runtime makes of the residual connection has the fused operator. */
async function isFused(device?: Device): Promise<boolean> {
  const path = await residualFile()
  const leftOut = device === undefined ? [] : await leftOutFusions({ path, device })
  const optimizedModelFilePath = `${path}.optimized`
  const session = await InferenceSession.create(path, {
    ...sessionOptions({ device: device ?? 'cpu', threads: 1, leftOut }),
    executionProviders: ['cpu'],
    optimizedModelFilePath,
  })
  await session.release()
  return (await readFile(optimizedModelFilePath, 'latin1')).includes(fused)
}

const fused = 'SkipLayerNormalization'

describe('a residual connection with its normalisation', () => {
  it('stays two operators on a CPU, where the fused one is slower', async () => {
    expect(await isFused()).toBe(true)
    expect(await isFused('cpu')).toBe(false)
    expect(await isFused('cuda')).toBe(true)
  })

  it('stays two operators in the mapped file of a CPU', async () => {
    const folder = await temporaryFolder()
    await writeMapped({ path: await residualFile(), folder })
    expect(await readFile(join(folder, 'graph.onnx'), 'latin1')).not.toContain(fused)
  })
})

import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { extendGraph } from '../../../../gpu-service/models/extend-graph.ts'
import { embeddingModel } from '../../../../gpu-service/tasks/feature-extraction/embedding-model.ts'
import { type Pooling, poolings } from '../../../../gpu-service/tasks/feature-extraction/pooling-config.ts'
import { pooledOutput, poolingNodes } from '../../../../gpu-service/tasks/feature-extraction/pooling-nodes.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { workerUrl } from '../support/test-serving.ts'

const source = join(fixtureModel('slipway-tests/tiny-embedder'), 'onnx/model.onnx')
const engine = new WorkerEngine({ workerUrl, device: 'cpu' })
afterAll(() => engine.close())

const texts = [
  [2, 5, 10, 11, 3],
  [2, 5, 3],
  [2, 20, 21, 22, 23, 24, 25, 26, 3],
  [2, 3],
]

/** Pooled outside of the graph, from the token vectors of a text that shares its run with nobody. */
async function expected(tokens: number[], pooling: Pooling, normalize: boolean): Promise<number[]> {
  await engine.load({ modelId: 'tokens', path: source })
  const model = embeddingModel({
    inputs,
    output: 'last_hidden_state',
    pooling: undefined,
    padTokenId: 0,
    alone: false,
    device: 'cpu',
  })
  const { last_hidden_state: answer } = await engine.run({ modelId: 'tokens', ...model.encode([tokens]) })
  const data = Array.from(answer?.data ?? [], Number)
  const width = data.length / tokens.length
  const column = (index: number) => tokens.map((_, position) => data[position * width + index] ?? Number.NaN)
  const vector = Array.from({ length: width }, (_, index) => pool(column(index), pooling))
  const length = normalize ? Math.hypot(...vector) : 1
  return vector.map((value) => value / length)
}

function pool(values: number[], pooling: Pooling): number {
  const sum = values.reduce((total, value) => total + value, 0)
  if (pooling === 'mean') return sum / values.length
  if (pooling === 'mean_sqrt_len') return sum / Math.sqrt(values.length)
  if (pooling === 'max') return Math.max(...values)
  if (pooling === 'cls') return values[0] ?? Number.NaN
  if (pooling === 'lasttoken') return values.at(-1) ?? Number.NaN
  const weights = values.map((_, index) => index + 1)
  return values.reduce((total, value, i) => total + value * (i + 1), 0) / weights.reduce((a, b) => a + b, 0)
}

const inputs = new Set(['input_ids', 'attention_mask'])

describe('pooling inside the graph', () => {
  it.each(poolings.flatMap((pooling) => [true, false].map((normalize) => ({ pooling, normalize }))))(
    'is that of sentence-transformers and ignores padding: $pooling, normalised: $normalize',
    async ({ pooling, normalize }) => {
      const path = join(await temporaryFolder(), 'model.onnx')
      await copyFile(source, path)
      const pieces = poolingNodes({ pooling, normalize, tokens: 'last_hidden_state' })
      await engine.load({ modelId: 'pooled', path: await extendGraph({ path, pieces }) })
      const model = embeddingModel({
        inputs,
        output: pooledOutput,
        pooling,
        padTokenId: 0,
        alone: false,
        device: 'cpu',
      })
      const vectors = model.decode(await engine.run({ modelId: 'pooled', ...model.encode(texts) }), texts)
      for (const [index, tokens] of texts.entries()) {
        const right = await expected(tokens, pooling, normalize)
        for (const [i, value] of right.entries()) expect(vectors[index]?.[i]).toBeCloseTo(value, 5)
      }
    },
  )
})

import { appendFile, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { extendGraph } from '../../../../gpu-service/models/extend-graph.ts'
import { node, partialModel } from '../../../../gpu-service/models/onnx-nodes.ts'
import { integer, message, string } from '../../../../gpu-service/models/protobuf-writer.ts'
import type { DenseLayer } from '../../../../gpu-service/tasks/feature-extraction/dense-layer.ts'
import {
  type EmbeddingGraph,
  embeddingGraph,
} from '../../../../gpu-service/tasks/feature-extraction/embedding-graph.ts'
import { embeddingModel } from '../../../../gpu-service/tasks/feature-extraction/embedding-model.ts'
import {
  type Pooling,
  type PoolingConfig,
  poolings,
} from '../../../../gpu-service/tasks/feature-extraction/pooling-config.ts'
import {
  pooledOutput,
  poolingNodes,
  rawOutput,
} from '../../../../gpu-service/tasks/feature-extraction/pooling-nodes.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { workerUrl } from '../support/test-serving.ts'

const source = join(fixtureModel('slipway-tests/tiny-embedder'), 'onnx/model.onnx')
const engine = new WorkerEngine({ workerUrl, device: 'cpu' })
afterAll(() => engine.close())

const width = 16
const texts = [
  [2, 5, 10, 11, 3],
  [2, 5, 3],
  [2, 20, 21, 22, 23, 24, 25, 26, 3],
  [2, 3],
]
type Recipe = Pick<PoolingConfig, 'modes' | 'steps'>

async function run(path: string, graph: Pick<EmbeddingGraph, 'pooledBy' | 'outputs'>, pooling: Recipe, ask: Ask) {
  const inputs = { types: { input_ids: 'int64', attention_mask: 'int64' } } as const
  const options = {
    inputs,
    graph: { ...graph, width: {} },
    pooling,
    padTokenId: 0,
    alone: false,
    device: 'cpu' as const,
  }
  const model = embeddingModel(options)
  const batch = ask.texts.map((ids) => ({ ids, skipped: ask.skipped ?? 0, wanted: ask.wanted ?? ('vector' as const) }))
  await engine.load({ modelId: path, path })
  return model.decode(await engine.run({ modelId: path, ...model.encode(batch) }), batch).map((row) => Array.from(row))
}

interface Ask {
  texts: number[][]
  skipped?: number
  wanted?: 'vector' | 'raw' | 'tokens'
}

async function inside(pooling: Recipe, ask: Ask) {
  const path = join(await temporaryFolder(), 'model.onnx')
  await copyFile(source, path)
  const extended = await extendGraph({ path, pieces: poolingNodes({ ...pooling, tokens: 'last_hidden_state' }) })
  const outputs = { vector: pooledOutput, tokens: 'last_hidden_state', raw: rawOutput }
  return run(extended, { pooledBy: 'nodes', outputs }, pooling, ask)
}

const outside = (pooling: Recipe, ask: Ask) =>
  run(source, { pooledBy: 'service', outputs: { tokens: 'last_hidden_state' } }, pooling, ask)

/** By definition, in 64 bits, from the token vectors of a text that runs alone. */
async function defined({ modes, steps }: Recipe, ids: number[], skipped = 0): Promise<number[]> {
  const [tokens = []] = await outside({ modes, steps }, { texts: [ids], wanted: 'tokens' })
  const columns = Array.from({ length: width }, (_, index) =>
    ids.map((_, at) => tokens[at * width + index] ?? Number.NaN),
  )
  const pooled = modes.flatMap((mode) => columns.map((column) => pool(column, mode, skipped)))
  return steps.reduce<number[]>((vector, step) => {
    const length = Math.max(Math.hypot.apply(null, vector), 1e-12)
    if (step.kind === 'normalize') return vector.map((value) => value / length)
    return Array.from({ length: step.outWidth }, (_, column) =>
      Math.tanh(
        vector.reduce(
          (sum, value, row) => sum + value * (step.weight[row * step.outWidth + column] ?? Number.NaN),
          step.bias?.[column] ?? 0,
        ),
      ),
    )
  }, pooled)
}

function pool(values: number[], pooling: Pooling, skipped: number): number {
  const kept = values.slice(skipped)
  // As sentence-transformers pools a text whose tokens are all left out.
  if (kept.length === 0) return pooling === 'cls' ? (values[0] ?? Number.NaN) : 0
  const sum = kept.reduce((total, value) => total + value, 0)
  if (pooling === 'mean') return sum / kept.length
  if (pooling === 'mean_sqrt_len_tokens') return sum / Math.sqrt(kept.length)
  if (pooling === 'max') return Math.max(...kept)
  if (pooling === 'cls') return kept[0] ?? Number.NaN
  if (pooling === 'lasttoken') return values.at(-1) ?? Number.NaN
  const weights = kept.map((_, index) => index + 1 + skipped)
  return kept.reduce((total, value, i) => total + value * (weights[i] ?? 0), 0) / weights.reduce((a, b) => a + b, 0)
}

function expectNear(actual: number[] | undefined, expected: number[], distance: number): void {
  expect(actual).toHaveLength(expected.length)
  for (const [index, value] of expected.entries())
    expect(Math.abs((actual?.[index] ?? Number.NaN) - value)).toBeLessThan(distance)
}

const dense: DenseLayer = {
  kind: 'dense',
  inWidth: width,
  outWidth: 5,
  weight: Float32Array.from({ length: width * 5 }, (_, index) => Math.sin(index) / 4),
  bias: Float32Array.of(0.1, -0.2, 0.3, 0, 0.5),
  activation: 'tanh',
}
const unit = { kind: 'normalize' } as const
const recipes: Recipe[] = [
  ...poolings.flatMap((mode) => [
    { modes: [mode], steps: [unit] },
    { modes: [mode], steps: [] },
  ]),
  { modes: ['cls', 'max', 'mean'], steps: [unit] },
  { modes: ['mean', 'lasttoken'], steps: [] },
  { modes: ['mean'], steps: [dense, unit] },
  { modes: ['mean'], steps: [unit, dense] },
]
const named = recipes.map(
  (recipe) =>
    [`${recipe.modes.join(' and ')}${recipe.steps.map(({ kind }) => `, then ${kind}`).join('')}`, recipe] as const,
)

describe('pooling', () => {
  it.each(named)(
    'matches sentence-transformers and ignores padding, inside and outside the graph: %s',
    async (_, recipe) => {
      const [within, without] = await Promise.all([inside(recipe, { texts }), outside(recipe, { texts })])
      for (const [index, ids] of texts.entries()) {
        const right = await defined(recipe, ids)
        expectNear(within[index], right, 1e-6)
        expectNear(without[index], right, 1e-6)
      }
    },
  )

  it.each(named)('excludes the tokens of a prompt if configured: %s', async (_, recipe) => {
    const ask = { texts, skipped: 2 }
    const [within, without] = await Promise.all([inside(recipe, ask), outside(recipe, ask)])
    for (const [index, ids] of texts.entries()) {
      // A text that is only its prompt has no maximum.
      if (ids.length <= 2 && recipe.modes.includes('max')) continue
      const right = await defined(recipe, ids, 2)
      expectNear(within[index], right, 1e-6)
      expectNear(without[index], right, 1e-6)
    }
  })

  it('returns the vector before the last step, and token vectors without padding', async () => {
    const recipe: Recipe = { modes: ['mean'], steps: [unit] }
    for (const path of [inside, outside]) {
      const raw = await path(recipe, { texts, wanted: 'raw' })
      const tokens = await path(recipe, { texts, wanted: 'tokens' })
      for (const [index, ids] of texts.entries()) {
        expectNear(raw[index], await defined({ modes: ['mean'], steps: [] }, ids), 1e-6)
        expect(tokens[index]).toHaveLength(ids.length * width)
      }
    }
  })

  it.each([
    { ...dense, activation: 'relu' as const },
    { ...dense, activation: 'sigmoid' as const },
    { ...dense, activation: 'identity' as const, bias: undefined },
  ])('applies a layer with the activation $activation alike inside and outside the graph', async (step) => {
    const recipe: Recipe = { modes: ['mean'], steps: [step] }
    const [within, without] = await Promise.all([inside(recipe, { texts }), outside(recipe, { texts })])
    for (const [index, vector] of without.entries()) expectNear(within[index], vector, 1e-6)
  })

  it('reads float16 token vectors, inside and outside the graph', async () => {
    const path = join(await temporaryFolder(), 'half.onnx')
    const float16 = 10
    const dims = ['batch', 'length', 'width'].map((name) => message(1, string(2, name)))
    const type = message(2, message(1, integer(1, float16), message(2, ...dims)))
    const cast = { operator: 'Cast', inputs: ['last_hidden_state'], output: 'half', attributes: { to: float16 } }
    const pieces = partialModel(node(cast), message(12, string(1, 'half'), type))
    await copyFile(source, path)
    const half = await extendGraph({ path, pieces })
    const recipe: Recipe = { modes: ['cls', 'max', 'mean'], steps: [unit] }
    const nodes = await extendGraph({ path: half, pieces: poolingNodes({ ...recipe, tokens: 'half' }) })
    const within = await run(nodes, { pooledBy: 'nodes', outputs: { vector: pooledOutput } }, recipe, { texts })
    const without = await run(half, { pooledBy: 'service', outputs: { tokens: 'half' } }, recipe, { texts })
    const exact = await outside(recipe, { texts })
    for (const [index, vector] of exact.entries()) {
      expectNear(without[index], within[index] ?? [], 1e-6)
      expectNear(within[index], vector, 1e-3)
      expect(within[index]).not.toEqual(vector)
    }
  })

  it('happens outside the graph if a name is taken or the opset is too old, and not at all if the file pools', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'model.onnx')
    await copyFile(source, path)
    const config: PoolingConfig = { modes: ['mean'], steps: [unit], includePrompt: true, source: 'test' }
    const input = { name: 'input_ids', type: 'int64', shape: [-1, -1] }
    const output = { name: 'last_hidden_state', type: 'float32', shape: [-1, -1, width] }
    const graph = {
      inputs: [input],
      outputs: [output],
      opset: { 'ai.onnx': 17 },
      irVersion: 8,
      operators: new Set<string>(),
    }
    const file = 'model.onnx'
    const place = async (other: object, from = path, skipsPrompt = false) =>
      (await embeddingGraph({ graph: { ...graph, ...other }, path: from, file, config, skipsPrompt })).pooledBy
    expect(await place({})).toBe('nodes')
    expect(await place({ opset: { 'ai.onnx': 6 } })).toBe('service')
    const pooled = { ...output, name: 'sentence_embedding', shape: [-1, width] }
    expect(await place({ outputs: [pooled] })).toBe('file')
    expect(await place({ outputs: [output, pooled] })).toBe('file')
    const takenPath = join(folder, 'taken.onnx')
    const taken = node({ operator: 'Identity', inputs: ['last_hidden_state'], output: 'slipway_embedding' })
    await copyFile(source, takenPath)
    await appendFile(takenPath, partialModel(taken))
    expect(await place({}, takenPath)).toBe('service')
    // A graph that pools by itself pools the prompt, too.
    expect(await place({ outputs: [output, pooled] }, path, true)).toBe('nodes')
    await expect(place({ outputs: [pooled] }, path, true)).rejects.toThrow(/has no output of token vectors.*prompt/)
  })
})

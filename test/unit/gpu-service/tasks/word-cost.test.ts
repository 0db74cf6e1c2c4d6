import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import { readOnnxGraph } from '../../../../gpu-service/models/onnx-graph.ts'
import { fillMask } from '../../../../gpu-service/tasks/fill-mask/fill-mask.ts'
import { wordCostMax } from '../../../../gpu-service/tasks/sparse/word-cost.ts'
import type { TaskModel } from '../../../../gpu-service/tasks/task-model.ts'
import { filesIn } from '../../../support/files-in.ts'
import { modelsFolder } from '../../../support/real-models.ts'
import { temporaryFolder } from '../support/folders.ts'
import { hasTinyModels } from '../support/tiny-models.ts'

const device = 'cuda'

it.each([
  [30_522, undefined, 'cpu', 384],
  [30_522, undefined, device, 2048],
  [250_002, undefined, 'cpu', 67],
  [250_002, undefined, device, 268],
  // The config may describe another graph, so this graph's own size wins.
  [250_002, 30_522, device, 268],
  [30_522, 250_002, device, 2048],
  ['words', 250_002, device, 268],
  [-1, 250_002, device, 268],
  ['words', undefined, device, 256],
  ['words', 0, device, 256],
  [2 ** 40, undefined, 'cpu', 1],
] as const)(
  'with %s words in the graph and %s in the config, %s runs %i tokens together',
  (words, vocabularySize, on, tokens) => {
    expect(wordCostMax({ device: on, logits: { shape: ['batch', 'tokens', words] }, vocabularySize })).toBe(tokens)
  },
)

it('assumes a large vocabulary for a graph without shapes', () => {
  expect(wordCostMax({ device, logits: { shape: undefined }, vocabularySize: undefined })).toBe(256)
})

describe.skipIf(!hasTinyModels)('a graph that fills masks and gives word weights', () => {
  it('has the same memory limit in both of its queues, from the words of the graph', async () => {
    const root = await temporaryFolder()
    await cp(join(modelsFolder ?? '', 'slipway', 'tiny-bert-mlm'), root, { recursive: true })
    const file = 'onnx/model.onnx'
    const files = { root, paths: new Set(Object.keys(await filesIn(root))) }
    const read = await readOnnxGraph(join(root, file))
    const outputs = read.outputs.map((output) => ({ ...output, shape: ['batch', 'tokens', 250_002] }))
    const task = await fillMask.open({
      files,
      file,
      graph: { ...read, outputs },
      settings: { device, isolate: 'never' },
    })
    const made: number[] = []
    const service = task.serve(<Input, Output>({ costMax }: TaskModel<Input, Output>) => {
      made.push(costMax)
      return { submitAll: async () => [] } as unknown as Batcher<Input, Output>
    })
    const { signal } = new AbortController()
    await service.capabilities.sparse?.({ inputs: ['a'], truncation: undefined, options: { signal } } as never)
    expect(made).toEqual([268, 268])
    for (const run of task.warmUp) expect(run.cost).toBeLessThanOrEqual(268)
  })
})

import { copyFile, readdir, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { extendGraph, GraphNotExtended } from '../../../../gpu-service/models/extend-graph.ts'
import { node, partialModel } from '../../../../gpu-service/models/onnx-nodes.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'

const pieces = (name: string) =>
  partialModel(node({ operator: 'Identity', inputs: ['last_hidden_state'], output: name }))

async function model(): Promise<string> {
  const path = join(await temporaryFolder(), 'model.onnx')
  await copyFile(join(fixtureModel('slipway-tests/tiny-embedder'), 'onnx/model.onnx'), path)
  return path
}

it('refuses a graph that already uses one of the new names inside', async () => {
  const path = await model()
  const extended = await extendGraph({ path, pieces: pieces('slipway_sum') })
  const again = extendGraph({ path: extended, pieces: pieces('slipway_vector') })
  await expect(again).rejects.toThrow(GraphNotExtended)
  await expect(again).rejects.toThrow('"slipway_sum"')
})

it('refuses a file that would outgrow the ONNX limit, and leaves nothing behind', async () => {
  const path = await model()
  // Sparse: takes no space on the disk.
  await truncate(path, 2 ** 31 - 10)
  await expect(extendGraph({ path, pieces: pieces('slipway_sum') })).rejects.toThrow('larger than the 2 GB')
  expect(await readdir(dirname(path))).toEqual(['model.onnx'])
})

it('makes one file per extension, and each once', async () => {
  const path = await model()
  const [one, two] = [pieces('slipway_one'), pieces('slipway_two')]
  const made = [await extendGraph({ path, pieces: one }), await extendGraph({ path, pieces: two })]
  expect(new Set(made).size).toBe(2)
  expect(await extendGraph({ path, pieces: one })).toBe(made[0])
  expect((await readdir(dirname(path))).filter((name) => name.endsWith('.onnx'))).toHaveLength(3)
})

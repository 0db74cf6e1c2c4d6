import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { floatInput, floatOutput, node } from '../../../../gpu-service/models/onnx-nodes.ts'
import { openModel } from '../../../../gpu-service/models/open-model.ts'
import { integer, message, string } from '../../../../gpu-service/models/protobuf-writer.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { temporaryFolder } from '../support/folders.ts'
import { createMemoryObjects } from '../support/memory-objects.ts'
import { workerUrl } from '../support/worker-url.ts'

const file = 'onnx/model.onnx'
const weights = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)
const engine = new WorkerEngine({ workerUrl, device: 'cpu' })
afterAll(() => engine.close())

/** Adds four numbers that are stored in another file. */
function graphWith(location: string): Buffer {
  const entry = (key: string, value: string) => message(13, string(1, key), string(2, value))
  const external = [entry('location', location), entry('length', '16'), integer(14, 1)]
  const graph = message(
    7,
    node({ operator: 'Add', inputs: ['x', 'added'], output: 'y' }),
    string(2, 'graph'),
    message(5, integer(1, 4), integer(2, 1), string(8, 'added'), ...external),
    floatInput('x', ['rows', 4]),
    floatOutput('y', ['rows', 4]),
  )
  return Buffer.concat([integer(1, 8), graph, message(8, string(1, ''), integer(2, 17))])
}

async function open(files: Record<string, Buffer>) {
  const objects = createMemoryObjects()
  const request = { repo: 'team/model', repoId: repoIdOf('team/model'), revision: 'a'.repeat(40), file }
  await publish({ objects, ...request, files })
  const cache = new ModelCache({ objects, root: await temporaryFolder() })
  return openModel({ ...request, task: 'tensors' }, { cache, settings: { device: 'cpu', isolate: 'auto' } })
}

describe('external weights of a graph', () => {
  it.each(['model.onnx_data', 'weights.bin', 'model.weights', 'data/w0', './w0'])(
    'are fetched and counted under any file name: %s',
    async (location) => {
      const graph = graphWith(location)
      const path = `onnx/${location.replace('./', '')}`
      const { opened, paths, fileBytes } = await open({ [file]: graph, [path]: weights, 'onnx/other.bin': weights })
      expect(paths.map((one) => one.slice(one.indexOf('onnx/')))).toEqual([file, path])
      expect(fileBytes).toBe(graph.length + weights.length)
      const modelId = randomBytes(8).toString('hex')
      await engine.load({ modelId, path: opened.graphs.main ?? '' })
      const x = { type: 'float32' as const, dims: [1, 4], data: new Float32Array(4) }
      expect((await engine.run({ modelId, inputs: { x }, outputs: ['y'] })).y?.data).toEqual(
        Float32Array.of(1, 2, 3, 4),
      )
    },
  )

  it.each([
    ['absent.bin', 'the revision has no file "onnx/absent.bin", which is needed to serve "onnx/model.onnx"'],
    ['../weights.bin', '"onnx/model.onnx" names "../weights.bin" for its weights, which is outside its folder'],
    ['data/../../weights.bin', 'which is outside its folder'],
    ['/etc/passwd', '"/etc/passwd" for its weights, which is outside its folder'],
  ])('are refused by name if they are missing or outside the folder: %s', async (location, reason) => {
    await expect(open({ [file]: graphWith(location), 'weights.bin': weights })).rejects.toMatchObject({
      code: 'unsupported_model',
      message: expect.stringContaining(reason),
    })
  })
})

import { appendFile, copyFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Tensors } from '../../../../gpu-service/engine/engine.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { workerUrl } from '../support/worker-url.ts'

const fixture = join(fixtureModel('slipway-tests/tiny-embedder'), 'onnx/model.onnx')
const engines: WorkerEngine[] = []
let path = ''

beforeEach(async () => {
  path = join(await temporaryFolder(), 'model.onnx')
  await copyFile(fixture, path)
})
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())))

/** The answer of the model in an engine of its own. */
async function answer(mapBytesMin: number): Promise<Tensors> {
  const engine = new WorkerEngine({ workerUrl, device: 'cpu', mapBytesMin })
  engines.push(engine)
  await engine.load({ modelId: 'tiny', path })
  const ids = () => ({ type: 'int64' as const, dims: [1, 3], data: BigInt64Array.of(1n, 1n, 1n) })
  const inputs = { input_ids: ids(), attention_mask: ids(), token_type_ids: ids() }
  return engine.run({ modelId: 'tiny', inputs, outputs: ['last_hidden_state'] })
}

const files = async () => (await readdir(join(path, '..'))).filter((name) => name !== 'model.onnx')

describe('mapped weights', () => {
  it('give the same numbers as the file they were made from', async () => {
    const plain = await answer(2 ** 30)
    expect(await files()).toEqual([])
    expect(await answer(0)).toEqual(plain)
    expect(await files()).toEqual([expect.stringMatching(/^model\.onnx\.[0-9a-f]{12}\.mapped$/)])
  })

  it('are made again if they changed on disk', async () => {
    const before = await answer(0)
    const [folder = ''] = await files()
    await appendFile(join(path, '..', folder, 'graph.onnx'), 'x')
    expect(await answer(0)).toEqual(before)
    await writeFile(join(path, '..', folder, 'weights.bin'), 'x')
    expect(await answer(0)).toEqual(before)
    await rm(join(path, '..', folder, 'sha256.json'))
    expect(await answer(0)).toEqual(before)
    expect(await files()).toEqual([folder])
  })

  it('are made once if two engines load at the same time', async () => {
    const [one, other] = await Promise.all([answer(0), answer(0)])
    expect(one).toEqual(other)
    expect(await files()).toHaveLength(1)
  })

  it('are left out if they cannot be made, and the error is about the model file', async () => {
    await writeFile(path, 'no graph')
    await expect(answer(0)).rejects.toThrow(/protobuf|parse|model/i)
    expect(await files()).toEqual([])
  })
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../../../../gpu-service/engine/engine.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { temporaryFolder } from '../support/folders.ts'
import { workerUrl } from '../support/test-serving.ts'
import { identityGraph } from '../support/tiny-graphs.ts'

const tensors = {
  float16: { data: Uint16Array.of(0x3c00, 0xc000, 0x7e00) },
  float32: { data: Float32Array.of(1.5, Number.NaN, Number.NEGATIVE_INFINITY) },
  float64: { data: Float64Array.of(1.5, Number.NaN, Number.POSITIVE_INFINITY) },
  int8: { data: Int8Array.of(-128, 0, 127) },
  int16: { data: Int16Array.of(-32768, 0, 32767) },
  int32: { data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) },
  int64: { data: BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n) },
  uint8: { data: Uint8Array.of(0, 128, 255) },
  uint16: { data: Uint16Array.of(0, 32768, 65535) },
  uint32: { data: Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1) },
  uint64: { data: BigUint64Array.of(0n, 2n ** 63n, 2n ** 64n - 1n) },
  bool: { data: Uint8Array.of(1, 0, 1) },
  string: { data: ['', 'é', '🙂 two'] },
} as const

type Named = keyof typeof tensors
const types = Object.keys(tensors) as Named[]

describe('an engine', () => {
  let engine: WorkerEngine
  beforeAll(() => {
    engine = new WorkerEngine({ workerUrl, device: 'cpu' })
  })
  afterAll(() => engine.close())

  it.each(types)('returns a tensor of %s bit for bit', async (type) => {
    const path = join(await temporaryFolder(), `${type}.onnx`)
    await writeFile(path, identityGraph([type]))
    await engine.load({ modelId: type, path })
    const { data } = tensors[type]
    const expected = structuredClone(data)
    const input = { type, dims: [1, 3], data } as unknown as Tensor
    const answer = await engine.run({ modelId: type, inputs: { [type]: input }, outputs: [`${type}_out`] })
    expect(answer[`${type}_out`]).toEqual({ type, dims: [1, 3], data: expected })
  })
})

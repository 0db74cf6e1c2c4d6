import { describe, expect, it } from 'vitest'
import { engineBytes } from '../../../../gpu-service/models/engine-bytes.ts'
import { LearnedSize } from '../../../../gpu-service/models/learned-size.ts'

const pids = [process.pid]

describe('the measured size of a model', () => {
  it.runIf(process.platform === 'linux')('includes what the engines hold beyond its file on a CPU', () => {
    expect(engineBytes({ device: 'cpu', pids })).toBeGreaterThan(1e6)
  })

  it('is the size of its file on a GPU, whatever CUDA takes of the main memory', async () => {
    const held = () => engineBytes({ device: 'cuda', pids })
    const size = new LearnedSize({ fileBytes: 1000, maxBytes: 1e9, engineBytes: held })
    const taken = await size.measure(async () => Buffer.alloc(64e6, 1))
    expect(taken.length).toBe(64e6)
    expect(size.bytes).toBe(1000)
  })
})

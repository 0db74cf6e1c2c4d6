import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Sessions } from '../../../../gpu-service/engine/sessions.ts'
import { temporaryFolder } from '../support/folders.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

/** Gives as many zeros as it is told to. */
const expander = tinyGraph({
  nodes: [{ operator: 'Expand', inputs: ['value', 'shape'], output: 'filled' }],
  inputs: [
    { name: 'value', elementType: elementTypes.float32, dims: ['one'] },
    { name: 'shape', elementType: elementTypes.int64, dims: ['rank'] },
  ],
  outputs: [{ name: 'filled', elementType: elementTypes.float32, dims: ['many'] }],
})

describe('what a run gives', () => {
  it('goes no further where it is more than may be sent, and the next run is answered', async () => {
    const path = join(await temporaryFolder(), 'model.onnx')
    await writeFile(path, expander)
    const settings = { device: 'cpu', intraOpThreads: 1, loneThreads: 1, mapBytesMin: 2 ** 30 } as const
    const sessions = new Sessions({ ...settings, outputBytesMax: 4000 }, [''])
    await sessions.obey({ id: 1, kind: 'load', modelId: 'expander', path }, {})
    const fill = (count: number) =>
      sessions.obey(
        { id: 2, kind: 'run', modelId: 'expander', outputs: ['filled'], threads: 'own' },
        {
          value: { type: 'float32', dims: [1], data: Float32Array.of(0) },
          shape: { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(count)) },
        },
      )
    await expect(fill(300_000)).rejects.toThrow('its outputs hold 2 MiB, and at most 1 MiB are sent')
    expect((await fill(1000))?.filled?.dims).toEqual([1000])
    await sessions.close()
  })
})

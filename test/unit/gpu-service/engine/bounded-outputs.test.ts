import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../../../gpu-service/engine/engine.ts'
import { Sessions } from '../../../../gpu-service/engine/sessions.ts'
import { temporaryFolder } from '../support/folders.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

/** A graph that repeats its value to the requested shape. */
const expander = (type: 'float32' | 'string') =>
  tinyGraph({
    nodes: [{ operator: 'Expand', inputs: ['value', 'shape'], output: 'filled' }],
    inputs: [
      { name: 'value', elementType: elementTypes[type], dims: ['one'] },
      { name: 'shape', elementType: elementTypes.int64, dims: ['rank'] },
    ],
    outputs: [{ name: 'filled', elementType: elementTypes[type], dims: ['many'] }],
  })

describe('the outputs of a run', () => {
  it.each<Tensor & { fewest: number }>([
    { type: 'float32', dims: [1], data: Float32Array.of(0), fewest: 1000 },
    { type: 'string', dims: [1], data: [''], fewest: 100 },
  ])('fail the run if there is more $type than the limit, and leave the engine usable', async (given) => {
    const { fewest, ...value } = given
    const path = join(await temporaryFolder(), 'model.onnx')
    await writeFile(path, expander(value.type as 'float32' | 'string'))
    const settings = { device: 'cpu', intraOpThreads: 1, loneThreads: 1, mapBytesMin: 2 ** 30 } as const
    const sessions = new Sessions({ ...settings, outputBytesMax: 4000 }, [''])
    await sessions.handle({ id: 1, kind: 'load', modelId: 'expander', path, partial: `${path}.partial` }, {})
    const fill = (count: number) =>
      sessions.handle(
        { id: 2, kind: 'run', modelId: 'expander', outputs: ['filled'], threads: 'own' },
        {
          value,
          shape: { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(count)) },
        },
      )
    await expect(fill(300_000)).rejects.toThrow(/its outputs hold (2|10) MiB, and at most 1 MiB are sent/)
    expect((await fill(fewest))?.filled?.dims).toEqual([fewest])
    await sessions.close()
  })
})

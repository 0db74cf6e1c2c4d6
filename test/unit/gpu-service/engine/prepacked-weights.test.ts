import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { areAligned } from '../../../../gpu-service/engine/prepacked-weights.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { temporaryFolder } from '../support/folders.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'
import { workerUrl } from '../support/worker-url.ts'

const engines: WorkerEngine[] = []
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())))

const numbers = (length: number) => Float32Array.from({ length }, (_, at) => ((at * 37) % 101) / 50 - 1)

/** A chain of multiplications; each weight has as many rows as the one before has columns. */
const chain = (sizes: readonly number[]) =>
  tinyGraph({
    nodes: sizes.slice(1).map((_, at) => ({ operator: 'MatMul', inputs: [`x${at}`, `w${at}`], output: `x${at + 1}` })),
    inputs: [{ name: 'x0', elementType: elementTypes.float32, dims: ['rows', sizes[0] ?? 0] }],
    outputs: [{ name: `x${sizes.length - 1}`, elementType: elementTypes.float32, dims: ['rows', sizes.at(-1) ?? 0] }],
    weights: sizes.slice(1).map((columns, at) => {
      const rows = sizes[at] ?? 0
      return { name: `w${at}`, value: numbers(rows * columns), dims: [rows, columns] }
    }),
  })

/** The answers of a chain from its plain file and from mapped weights, and the mapped graph. */
async function bothAnswers(sizes: readonly number[]) {
  const folder = await temporaryFolder()
  const path = join(folder, 'model.onnx')
  await writeFile(path, chain(sizes))
  const answer = async (mapBytesMin: number) => {
    const engine = new WorkerEngine({ workerUrl, device: 'cpu', mapBytesMin })
    engines.push(engine)
    await engine.load({ modelId: 'chain', path })
    const rows = 33
    const inputs = {
      x0: { type: 'float32' as const, dims: [rows, sizes[0] ?? 0], data: numbers(rows * (sizes[0] ?? 0)) },
    }
    return engine.run({ modelId: 'chain', inputs, outputs: [`x${sizes.length - 1}`] })
  }
  const [plain, mapped] = [await answer(2 ** 30), await answer(0)]
  const [made = ''] = (await readdir(folder)).filter((name) => name.endsWith('.mapped'))
  return { plain, mapped, graph: await readFile(join(folder, made, 'graph.onnx'), 'latin1') }
}

describe('prepacked weights', () => {
  it('give the same answer as the file if small weights of odd lengths come before them', async () => {
    const { plain, mapped, graph } = await bothAnswers([33, 65, 384, 384])
    expect(mapped).toEqual(plain)
    expect(graph).toContain('prepacked_0')
    expect(areAligned(graph)).toBe(true)
  })

  it('are left out if large weights have odd lengths', async () => {
    const { plain, mapped, graph } = await bothAnswers([301, 501, 303, 7])
    expect(mapped).toEqual(plain)
    expect(graph).toContain('weights.bin')
    expect(graph).not.toContain('prepacked_0')
  })

  it('are not used if any of them is misaligned or in an unknown format', () => {
    const entry = (places: string) => `\x0aprepacked_0\x12\x44Attention+805209616${places}p`
    expect(areAligned(entry('|128;6336;0|6464;6336;0'))).toBe(true)
    expect(areAligned(entry('|128;6336;0|6468;6336;0'))).toBe(false)
    expect(areAligned(entry('|128;6336;0') + entry('|132;64;0'))).toBe(false)
    expect(areAligned(entry('@128:6336'))).toBe(false)
    expect(areAligned('a graph that has none')).toBe(true)
  })
})

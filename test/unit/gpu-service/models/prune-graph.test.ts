import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOnnxGraph } from '../../../../gpu-service/models/onnx-graph.ts'
import { constant, floatInput, floatOutput, node } from '../../../../gpu-service/models/onnx-nodes.ts'
import { bytes, integer, message, string } from '../../../../gpu-service/models/protobuf-writer.ts'
import { pruneGraph } from '../../../../gpu-service/models/prune-graph.ts'
import { temporaryFolder } from '../support/folders.ts'

const weight = (name: string, value: number) => constant({ name, value: Float32Array.of(value, value) })
const bytesOf = (value: number) => Buffer.from(Float32Array.of(value, value).buffer)

/** Two towers and a head over both; one tower has a branch that uses a weight from outside it. */
async function twoTowers(): Promise<string> {
  const inner = message(
    6,
    node({ operator: 'Add', inputs: ['seen', 'outer weight'], output: 'chosen' }),
    floatOutput('chosen', [2]),
  )
  const branch = message(
    1,
    string(1, 'flag'),
    string(2, 'picked'),
    string(4, 'If'),
    message(5, string(1, 'then_branch'), inner, integer(20, 5)),
  )
  const graph = [
    node({ operator: 'Mul', inputs: ['pixels', 'image weight'], output: 'seen' }),
    branch,
    node({ operator: 'Relu', inputs: ['picked'], output: 'image' }),
    node({ operator: 'Mul', inputs: ['words', 'text weight'], output: 'text' }),
    node({ operator: 'Add', inputs: ['image', 'text'], output: 'score' }),
    string(2, 'towers'),
    weight('image weight', 1),
    weight('outer weight', 2),
    weight('text weight', 3),
    weight('unused', 4),
    floatInput('pixels', [2]),
    floatInput('flag', [1]),
    floatInput('words', [2]),
    floatOutput('image', [2]),
    floatOutput('text', [2]),
    floatOutput('score', [2]),
  ]
  const opset = message(8, integer(2, 17))
  const path = join(await temporaryFolder(), 'model.onnx')
  await writeFile(path, Buffer.concat([integer(1, 8), bytes(7, Buffer.concat(graph)), opset]))
  return path
}

const operators = async (path: string) => [...(await readOnnxGraph(path)).operators].toSorted()

describe('a part of a graph', () => {
  it('holds what its output depends on, and no weight of the rest', async () => {
    const part = await pruneGraph({ path: await twoTowers(), part: { outputs: ['text'] } })
    expect(part.inputs).toEqual(['words'])
    expect(await operators(part.path)).toEqual(['Mul'])
    const content = await readFile(part.path)
    expect(content.includes(bytesOf(3))).toBe(true)
    for (const other of [1, 2, 4]) expect(content.includes(bytesOf(other))).toBe(false)
  })

  it('holds what the subgraphs of its nodes use from outside', async () => {
    const part = await pruneGraph({ path: await twoTowers(), part: { outputs: ['image'] } })
    expect(part.inputs).toEqual(['pixels', 'flag'])
    expect((await readFile(part.path)).includes(bytesOf(2))).toBe(true)
  })

  it('can take outputs of the whole graph as its inputs', async () => {
    const path = await twoTowers()
    const part = await pruneGraph({ path, part: { outputs: ['score'], given: ['image', 'text'] } })
    expect(part.inputs).toEqual(['image', 'text'])
    expect(await operators(part.path)).toEqual(['Add'])
    const header = await readOnnxGraph(part.path)
    expect(header.outputs.map(({ name }) => name)).toEqual(['score'])
    expect(header.opset).toEqual({ 'ai.onnx': 17 })
  })

  it('is written once for concurrent callers', async () => {
    const path = await twoTowers()
    const parts = await Promise.all(Array.from({ length: 5 }, () => pruneGraph({ path, part: { outputs: ['text'] } })))
    expect(new Set(parts.map((part) => part.path)).size).toBe(1)
    expect(await operators(parts[0]?.path ?? '')).toEqual(['Mul'])
  })

  it('is refused if the graph has no such output', async () => {
    await expect(pruneGraph({ path: await twoTowers(), part: { outputs: ['nothing'] } })).rejects.toThrow('"nothing"')
  })
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOnnxGraph } from '../../../../gpu-service/models/onnx-graph.ts'
import type { NodeSpec } from '../../../../gpu-service/models/onnx-nodes.ts'
import { graphClasses } from '../../../../gpu-service/tasks/tabular/class-names.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

const classesOf = async (path: string) => graphClasses({ path, graph: await readOnnxGraph(path) })

async function written(...nodes: NodeSpec[]) {
  const path = join(await temporaryFolder(), 'model.onnx')
  const inputs = [{ name: 'X', elementType: elementTypes.float32, dims: ['n', 4] }]
  const outputs = [{ name: 'label', elementType: elementTypes.int64, dims: ['n'] }]
  const weights = [
    { name: 'classes', value: BigInt64Array.of(4n, -7n) },
    { name: 'columns', value: BigInt64Array.of(0n, 1n, 2n) },
  ]
  await writeFile(path, tinyGraph({ nodes, inputs, outputs, weights }))
  return path
}

const linear = (output: string, ...classes: number[]): NodeSpec => ({
  operator: 'LinearClassifier',
  inputs: ['X'],
  output,
  attributes: { classlabels_ints: classes },
})
const pick = (...inputs: string[]): NodeSpec => ({ operator: 'ArrayFeatureExtractor', inputs, output: 'label' })

describe('the class names in a graph', () => {
  it.each([
    ['digits-mlp', 10],
    ['breast-cancer-random-forest', 2],
    ['iris-logistic-regression', 3],
  ])('are read from scikit-learn exports: %s', async (repo, count) => {
    const names = Array.from({ length: count }, (_, index) => String(index))
    expect(await classesOf(`${fixtureModel(`sklearn/${repo}`)}/model.onnx`)).toEqual(names)
  })

  it('come from the list that labels are picked from, not from a member of an ensemble', async () => {
    const columns = { ...pick('X', 'columns'), output: 'some' }
    expect(await classesOf(await written(columns, linear('a', 0, 1), pick('classes', 'a')))).toEqual(['4', '-7'])
    expect(await classesOf(await written(columns, linear('label', 3, 5)))).toEqual(['3', '5'])
  })

  it('are unknown if several nodes disagree', async () => {
    expect(await classesOf(await written(linear('a', 0, 1), linear('label', 3, 5)))).toBeUndefined()
  })
})

import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOnnxGraph } from '../../../../gpu-service/models/onnx-graph.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'

const iris = join(fixtureModel('sklearn/iris-logistic-regression'), 'model.onnx')

describe('readOnnxGraph', () => {
  it('reads inputs, outputs and operators without a session', async () => {
    const { inputs, outputs, operators } = await readOnnxGraph(iris)
    expect(inputs).toMatchObject([{ name: 'X', type: 'float32', shape: [expect.anything(), 4] }])
    expect(outputs.map(({ name, type }) => [name, type])).toEqual([
      ['output_label', 'int64'],
      ['output_probability', 'float32'],
    ])
    expect(operators).toContain('LinearClassifier')
  })

  it('tells a sequence of maps from a tensor', async () => {
    const { outputs } = await readOnnxGraph(join(fixtureModel('sklearn/iris-logistic-regression-zipmap'), 'model.onnx'))
    expect(outputs.map(({ type }) => type)).toEqual(['int64', 'sequence'])
  })

  it('refuses, with a reason, anything that is not a whole ONNX file', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'broken.onnx')
    const whole = await readFile(iris)
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length))
      await expect(readOnnxGraph(path)).rejects.toThrow(/ends in the middle|no ONNX graph|longer than its message/)
    }
    await copyFile(import.meta.filename, path)
    await expect(readOnnxGraph(path)).rejects.toThrow()
  })
})

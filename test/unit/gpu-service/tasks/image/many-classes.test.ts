import { expect, it, onTestFinished } from 'vitest'
import { picture, pictureModels } from '../../../../support/picture-models.ts'
import { pictureModel } from '../../support/picture-serving.ts'
import { startTestServing } from '../../support/test-serving.ts'
import { elementTypes, tinyGraph } from '../../support/tiny-graphs.ts'

const classCount = 2000
const { float32 } = elementTypes

/** The mean of each colour, times a number for each class. */
const graph = tinyGraph({
  nodes: [
    { operator: 'ReduceMean', inputs: ['pixel_values'], output: 'means', attributes: { axes: [2, 3], keepdims: 0 } },
    { operator: 'MatMul', inputs: ['means', 'weights'], output: 'logits' },
  ],
  inputs: [{ name: 'pixel_values', elementType: float32, dims: ['batch', 3, 32, 32] }],
  outputs: [{ name: 'logits', elementType: float32, dims: ['batch', classCount] }],
  weights: [{ name: 'weights', value: new Float32Array(3 * classCount).fill(1), dims: [3, classCount] }],
})

it.skipIf(pictureModels === undefined)(
  'writes the classes of many pictures picture by picture, in small pieces',
  async () => {
    const model = await pictureModel('tiny-vit')
    const { id2label: _few, label2id: _too, ...config } = JSON.parse(String(model.files['config.json']))
    const files = { ...model.files, 'config.json': Buffer.from(JSON.stringify(config)), 'onnx/model.onnx': graph }
    const host = await startTestServing([{ ...model, files }])
    onTestFinished(() => host.close())
    const inputs = Array(20).fill(picture('gray.jpg').toString('base64'))
    const json = { inputs, parameters: { top_k: classCount } }
    const response = await host.ask('/models/slipway/tiny-vit', { json })
    const pieces = await Array.fromAsync(response.body ?? [])
    const answers = JSON.parse(Buffer.concat(pieces).toString())
    expect(answers.map(({ length }: unknown[]) => length)).toEqual(Array(20).fill(classCount))
    // The classes of one picture are a tenth of a megabyte.
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(250_000)
  },
)

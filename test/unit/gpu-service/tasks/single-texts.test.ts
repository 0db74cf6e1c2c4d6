import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServing, type TestModel, type TestServing } from '../support/test-serving.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'
import { askPipeline } from '../support/tiny-models.ts'

/** A classifier whose class for a text is the text itself. */
function textModel(name: string, dims: (string | number)[]): TestModel {
  const graph = tinyGraph({
    nodes: [{ operator: 'Identity', inputs: ['text'], output: 'label' }],
    inputs: [{ name: 'text', elementType: elementTypes.string, dims }],
    outputs: [{ name: 'label', elementType: elementTypes.string, dims }],
  })
  const files = { 'model.onnx': graph }
  return { name, repo: `slipway-tests/${name}`, task: 'tabular-classification', file: 'model.onnx', files }
}

describe("scikit-learn's text models, with one column", () => {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing([textModel('flat', ['rows']), textModel('column', ['rows', 1])])
  })
  afterAll(() => host?.close())

  it.each(['flat', 'column'])('accept a list of texts as well as a list of rows: %s', async (name) => {
    for (const inputs of [
      ['good day', 'bad'],
      [['good day'], ['bad']],
    ]) {
      const { status, body } = await askPipeline(host, name, { inputs })
      expect({ status, body }).toEqual({ status: 200, body: [{ label: 'good day' }, { label: 'bad' }] })
    }
  })

  it.each([
    [[7], '"inputs[0]"'],
    [[['a', 'b']], 'the model takes 1 text'],
    ['a', '[["a text"]]'],
  ])('refuse %j with its position and the expected format', async (inputs, words) => {
    const { status, body } = await askPipeline(host, 'column', { inputs })
    expect(status).toBe(422)
    expect(body.error).toContain(words)
  })
})

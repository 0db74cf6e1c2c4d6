import { afterAll, beforeAll, expect, it } from 'vitest'
import { embedderModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { elementTypes, tinyGraph } from '../../support/tiny-graphs.ts'
import { askPipeline } from '../../support/tiny-models.ts'

const task = 'text-classification'

/** A classifier whose only number is the id in its last position. */
const lastId = tinyGraph({
  nodes: [
    { operator: 'Cast', inputs: ['input_ids'], output: 'ids', attributes: { to: elementTypes.float32 } },
    { operator: 'Gather', inputs: ['ids', 'last'], output: 'logits', attributes: { axis: 1 } },
  ],
  inputs: [{ name: 'input_ids', elementType: elementTypes.int64, dims: ['batch', 'length'] }],
  outputs: [{ name: 'logits', elementType: elementTypes.float32, dims: ['batch', 1] }],
  weights: [{ name: 'last', value: BigInt64Array.of(-1n), dims: [1] }],
})

let host: TestServing
beforeAll(async () => {
  const model = await embedderModel('xlnet')
  const config = Buffer.from(JSON.stringify({ model_type: 'xlnet', num_labels: 1 }))
  host = await startTestServing([
    { ...model, task, files: { ...model.files, [model.file]: lastId, 'config.json': config } },
  ])
})
afterAll(() => host.close())

it("XLNet's class of a text is that of its own last token, whoever shares its batch", async () => {
  const scoresOf = async (inputs: unknown) => {
    const { body } = await askPipeline(host, 'xlnet', { inputs, parameters: { function_to_apply: 'none' } })
    return (body as { score: number }[][]).map(([one]) => one?.score)
  }
  const [alone] = await scoresOf('the sun')
  expect(alone).toBeGreaterThan(0)
  const texts = ['sun', 'the', 'the sun', 'the sea', 'the sun shines', 'the cat sat', 'the old town', 'on the sea']
  expect(await scoresOf(texts)).toEqual(texts.map(() => alone))
})

import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn } from '../../../support/files-in.ts'
import { modelsFolder } from '../../../support/real-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const folder = modelsFolder && join(modelsFolder, 'slipway/tiny-bert-mlm')
const texts = ['the function returns a list of strings', 'a [MASK] here', 'raise an error', 'x']

type Body = { id: number; index: number; value: number }[][]

let host: TestServing | undefined
beforeAll(async () => {
  if (folder === undefined) return
  const files = await filesIn(folder)
  const model = { repo: 'slipway/tiny-bert-mlm', file: 'onnx/model.onnx', files }
  host = await startTestServing([
    { ...model, name: 'splade', task: 'feature-extraction' },
    { ...model, name: 'gaps', repo: 'slipway/gaps', task: 'fill-mask' },
  ])
})
afterAll(() => host?.close())

const post = async (path: string, json: unknown) => {
  const response = await host?.ask(path, { json })
  return { status: response?.status, body: (await response?.json()) as Body }
}

/** log(1 + relu(logit)), the maximum over tokens for each word, straight from the runtime, one text at a time. */
async function direct(ids: number[]): Promise<Map<number, number>> {
  const session = await InferenceSession.create(join(folder ?? '', 'onnx/model.onnx'))
  const row = (values: number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length])
  const all = { input_ids: row(ids), attention_mask: row(ids.map(() => 1)), token_type_ids: row(ids.map(() => 0)) }
  const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => session.inputNames.includes(name)))
  const { logits } = await session.run(feeds)
  const data = logits?.data as Float32Array
  const words = data.length / ids.length
  const weights = new Map<number, number>()
  for (let word = 0; word < words; word++) {
    const largest = Math.max(...ids.map((_, at) => Math.log1p(Math.max(0, data[at * words + word] ?? Number.NaN))))
    if (largest > 0) weights.set(word, largest)
  }
  await session.release()
  return weights
}

describe('a masked-word model', () => {
  it.skipIf(folder === undefined).each(['splade', 'gaps'])(
    'gives the weights of SPLADE, alone and batched, only for words above zero, also as "%s"',
    async (name) => {
      const base = `/api/v1/predict/${name}`
      const { body: tokens } = await post(`${base}/tokenize`, { inputs: texts })
      const { body: batched } = await post(`${base}/embed_sparse`, { inputs: texts })
      for (const [index, text] of texts.entries()) {
        const right = await direct(tokens[index]?.map(({ id }) => id) ?? [])
        const { body: alone } = await post(`${base}/embed_sparse`, { inputs: text })
        for (const vector of [alone[0] ?? [], batched[index] ?? []]) {
          expect(vector.map((one) => one.index)).toEqual([...right.keys()])
          for (const { index: word, value } of vector) expect(value).toBeCloseTo(right.get(word) ?? Number.NaN, 5)
        }
      }
    },
  )

  it.skipIf(folder === undefined)('served for features is preferred at the root to one that fills masks', async () => {
    const sparse = await post('/api/v1/predict/splade/embed_sparse', { inputs: texts })
    expect(await post('/embed_sparse', { inputs: texts })).toEqual(sparse)
    expect(sparse.status).toBe(200)
  })

  it.skipIf(folder === undefined)(
    'gives the same weights from its pipeline, and refuses the routes of dense vectors',
    async () => {
      const sparse = await post('/models/slipway/tiny-bert-mlm/embed_sparse', { inputs: texts })
      expect(await post('/models/slipway/tiny-bert-mlm', { inputs: texts })).toEqual(sparse)
      const dense = await post('/models/slipway/tiny-bert-mlm/embed', { inputs: texts })
      expect(dense).toMatchObject({ status: 424, body: { error_type: 'Backend' } })
    },
  )
})

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openTokenizer } from '../../../../gpu-service/tasks/text/open-tokenizer.ts'
import { filesIn } from '../../../support/files-in.ts'
import { minilmFp32, minilmInt8, type RealModel, readMinilmReference, realFiles } from '../../../support/real-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const task = 'sentence-similarity'
let host: TestServing | undefined
beforeAll(async () => {
  const models = { int8: minilmInt8, fp32: minilmFp32 }
  const found = Object.entries(models).filter((entry): entry is [string, RealModel] => entry[1] !== undefined)
  const deployed = found.map(async ([name, model]) => ({ ...model, name, task, files: await realFiles(model) }))
  if (found.length > 0) host = await startTestServing(await Promise.all(deployed))
})
afterAll(() => host?.close())

async function embed(model: string, input: string | string[], on = host): Promise<number[][]> {
  if (on === undefined) throw new Error('no model is served')
  const response = await on.ask('/v1/embeddings', { json: { model, input } })
  const { data } = (await response.json()) as { data: { embedding: number[] }[] }
  return data.map(({ embedding }) => embedding)
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0)
const furthest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0)

describe('MiniLM with its real weights', () => {
  it.skipIf(minilmInt8 === undefined)(
    'makes exactly the token ids of the reference, including long texts',
    async () => {
      const folder = minilmInt8?.folder ?? ''
      const tokenizer = await openTokenizer({ root: folder, paths: new Set(Object.keys(await filesIn(folder))) })
      const { rows } = await readMinilmReference()
      for (const { text, input_ids } of rows) expect(tokenizer.encode(text, 256)).toEqual(input_ids)
    },
  )

  it.skipIf(minilmInt8 === undefined)(
    'in int8 has a cosine of at least 0.975 to the reference, one text at a time',
    async () => {
      const { rows } = await readMinilmReference()
      for (const { text, vector } of rows.filter((row) => row.text !== '')) {
        const [embedding = []] = await embed('int8', text)
        expect(dot(embedding, vector)).toBeGreaterThan(0.975)
      }
    },
  )

  it.skipIf(minilmFp32 === undefined)(
    'in fp32 agrees with sentence-transformers to 1e-4, alone and batched',
    async () => {
      const { rows } = await readMinilmReference()
      const given = rows.filter((row) => row.text !== '')
      const batched = await embed(
        'fp32',
        given.map(({ text }) => text),
      )
      for (const [index, { text, vector }] of given.entries()) {
        const [alone = []] = await embed('fp32', text)
        for (const embedding of [alone, batched[index] ?? []]) {
          expect(furthest(vector, embedding)).toBeLessThan(1e-4)
          expect(dot(embedding, vector)).toBeGreaterThan(0.9999)
        }
      }
    },
  )

  it.skipIf(minilmInt8 === undefined)('in int8 gives the same answer alone and batched, if isolated', async () => {
    if (minilmInt8 === undefined) return
    const model = { ...minilmInt8, name: 'exact', task, files: await realFiles(minilmInt8) }
    const exact = await startTestServing([model], { isolate: 'auto' })
    onTestFinished(() => exact.close())
    const texts = (await readMinilmReference()).rows.map(({ text }) => text).filter((text) => text !== '')
    const batched = await embed('exact', texts, exact)
    for (const [index, text] of texts.entries()) expect(await embed('exact', text, exact)).toEqual([batched[index]])
  })

  it.skipIf(minilmFp32 === undefined)('in fp32 matches the reference in every route of embeddings', async () => {
    const given = (await readMinilmReference()).rows.filter((row) => row.text !== '').slice(0, 12)
    const inputs = given.map(({ text }) => text)
    const ask = async (path: string, json: object) =>
      (await host?.ask(`/api/v1/predict/fp32${path}`, { json }))?.json() as Promise<number[][]>
    const tokenLists = given.map(({ input_ids }) => input_ids)
    const answers = [
      await ask('/embed', { inputs }),
      await ask('/embed', { inputs: tokenLists }),
      await ask('', { inputs }),
      (await ask('/vertex', { instances: [{ inputs }] }).then((body) => Object(body).predictions[0])) as number[][],
    ]
    for (const answer of answers)
      for (const [index, { vector }] of given.entries())
        expect(furthest(vector, answer[index] ?? [])).toBeLessThan(1e-4)
    const [source, ...others] = given
    const sentences = others.map(({ text }) => text)
    const scores = await ask('/similarity', { inputs: { source_sentence: source?.text, sentences } })
    const right = others.map(({ vector }) => dot(source?.vector ?? [], vector))
    expect(furthest(right, scores as unknown as number[])).toBeLessThan(1e-4)
    const tokens = (await ask('/tokenize', { inputs })) as unknown as { id: number }[][]
    expect(tokens.map((list) => list.map(({ id }) => id))).toEqual(tokenLists)
  })
})

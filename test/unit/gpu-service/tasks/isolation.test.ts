import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minilmFp32, minilmInt8, realFiles } from '../../../support/real-models.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestModel, type TestServing } from '../support/test-serving.ts'

let host: TestServing
let texts: string[]
beforeAll(async () => {
  const models: TestModel[] = []
  const found = { int8: minilmInt8, fp32: minilmFp32 }
  for (const isolate of ['auto', 'never', 'always'] as const) {
    models.push({ ...(await embedderModel(`tiny-${isolate}`)), isolate })
    for (const [name, model] of Object.entries(found))
      if (model !== undefined && isolate !== 'always' && (name === 'int8' || isolate === 'never'))
        models.push({
          ...model,
          name: `${name}-${isolate}`,
          task: 'sentence-similarity',
          isolate,
          files: await realFiles(model),
        })
  }
  host = await startTestServing(models, { engines: 1 })
  texts = ['the sun shines', 'a cat sat on the mat', 'unaffable', 'rain and snow and wind', 'is it you']
  texts.push(
    'A bank raises its interest rates because prices rise faster than wages.',
    '!',
    'Zwölf Boxkämpfer jagen Viktor',
  )
})
afterAll(() => host.close())

async function embed(model: string, input: string | string[]): Promise<number[][]> {
  const response = await host.ask('/v1/embeddings', { json: { model, input } })
  const { data } = (await response.json()) as { data: { embedding: number[] }[] }
  return data.map(({ embedding }) => embedding)
}

/** The largest difference between the vectors of a text alone and in a batch. */
async function furthest(model: string): Promise<number> {
  const batched = await embed(model, texts)
  let most = 0
  for (const [index, text] of texts.entries()) {
    const [alone = []] = await embed(model, text)
    expect(alone.length).toBeGreaterThan(0)
    for (const [i, value] of alone.entries())
      most = Math.max(most, Math.abs(value - (batched[index]?.[i] ?? Number.NaN)))
  }
  return most
}

const told = async (name: string) => (await host.ask(`/api/v1/predict/${name}/info`)).json()

describe('a text has the same vector alone and in a batch', () => {
  it("for a float32 file, whatever the deployment's isolation", async () => {
    for (const isolate of ['auto', 'never', 'always'] as const) {
      expect(await furthest(`tiny-${isolate}`)).toBeLessThanOrEqual(1e-6)
      expect(await told(`tiny-${isolate}`)).toMatchObject({ batchInvariant: true, isolate })
    }
  })

  it.skipIf(minilmFp32 === undefined)('for MiniLM in float32, to 1e-6', async () => {
    expect(await furthest('fp32-never')).toBeLessThanOrEqual(1e-6)
    expect(await told('fp32-never')).toMatchObject({ batchInvariant: true })
  })

  it.skipIf(minilmInt8 === undefined)('for a dynamically quantised file by default, bit for bit', async () => {
    expect(await furthest('int8-auto')).toBe(0)
    expect(await told('int8-auto')).toMatchObject({ batchInvariant: true, isolate: 'auto' })
  })

  it.skipIf(minilmInt8 === undefined)(
    'but not for such a file with isolation "never", and its info says so',
    async () => {
      expect(await furthest('int8-never')).toBeGreaterThan(1e-3)
      expect(await told('int8-never')).toMatchObject({ batchInvariant: false, isolate: 'never' })
    },
  )
})

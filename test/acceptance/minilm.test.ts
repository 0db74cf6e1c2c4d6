import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, createApi } from '../support/http.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'
import { fp32Path, modelsFolder } from '../support/real-models.ts'

const repo = 'sentence-transformers/all-MiniLM-L6-v2'
const missing = modelsFolder === undefined

let hub: Hub
let host: LocalHost
let api: Api
let openai: OpenAI
beforeAll(async () => {
  if (modelsFolder === undefined) return
  const fp32 = fp32Path === undefined ? [] : [{ path: 'onnx/model.onnx', diskPath: fp32Path }]
  hub = await startHub({ repos: { [repo]: { folder: join(modelsFolder, repo), files: fp32 } } })
  host = await startLocalHost({ environment: { HF_ENDPOINT: hub.url }, parameters: ['--no-sample'] })
  api = createApi(host)
  openai = new OpenAI({ apiKey: host.key, baseURL: `${host.url}/v1` })
  expect(await api.pull(`hf://${repo}`)).toMatchObject({ state: 'READY' })
})
afterAll(async () => {
  if (missing) return
  await host.close()
  await hub.close()
})

interface Row {
  text: string
  input_ids: number[]
  vector: number[]
}
const rows = (): Row[] => JSON.parse(readFileSync(join(modelsFolder ?? '', 'reference/minilm.json'), 'utf8')).rows

const embed = async (model: string, input: string[], encoding?: 'float') =>
  (await openai.embeddings.create({ model, input, ...(encoding && { encoding_format: encoding }) })).data.map(
    ({ embedding }) => embedding,
  )
const cosine = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
const furthest = (a: number[], b: number[]) =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Infinity))))

describe.skipIf(missing)('the real all-MiniLM-L6-v2 (needs SLIPWAY_MODELS or ../shared/models)', () => {
  it('is described by its card and its files', async () => {
    const { body } = await api.get(`/api/v1/repos/${repo}`)
    expect(body).toMatchObject({ library: 'sentence-transformers', license: 'apache-2.0' })
  })

  it('in int8, one text at a time, keeps the cosine to the reference that its README promises', async () => {
    expect(await api.deploy(repo, { name: 'int8', file: 'onnx/model_int8.onnx' })).toMatchObject({ state: 'READY' })
    for (const { text, vector } of rows()) {
      const [found = []] = await embed('int8', [text])
      expect(cosine(found, vector)).toBeGreaterThanOrEqual(0.975)
    }
  })

  it('counts exactly the tokens of the reference, including truncated texts', async () => {
    for (const { text, input_ids } of rows()) {
      const answer = await openai.embeddings.create({ model: 'int8', input: text })
      expect(answer.usage.prompt_tokens).toBe(input_ids.length)
    }
  })
})

describe.skipIf(missing || fp32Path === undefined)(
  'the real all-MiniLM-L6-v2 in fp32 (needs SLIPWAY_MINILM_FP32)',
  () => {
    it('matches sentence-transformers, alone and batched, as floats and as base64', async () => {
      expect(await api.deploy(repo, { name: 'fp32' })).toMatchObject({ state: 'READY', file: 'onnx/model.onnx' })
      const reference = rows()
      const texts = reference.map(({ text }) => text)
      const together = await embed(repo, texts)
      const asFloats = await embed('fp32', texts, 'float')
      for (const [index, { text, vector }] of reference.entries()) {
        const [alone = []] = await embed('fp32', [text])
        for (const found of [alone, together[index] ?? [], asFloats[index] ?? []]) {
          expect(furthest(found, vector)).toBeLessThan(1e-4)
          expect(cosine(found, vector)).toBeGreaterThanOrEqual(0.9999)
        }
      }
    })
  },
)

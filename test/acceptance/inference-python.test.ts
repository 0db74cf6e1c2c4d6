import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PythonHub, pythonHub } from '../support/python-hub.ts'
import { modelsFolder } from '../support/real-models.ts'
import { servedRepos, serveModels } from '../support/served-models.ts'

const script = fileURLToPath(new URL('inference-python.py', import.meta.url))
const missing = modelsFolder === undefined

let client: PythonHub | { reason: string }
let served: Awaited<ReturnType<typeof serveModels>>
beforeAll(async () => {
  if (missing) return
  client = await pythonHub('openai>=3,<4', 'huggingface_hub>=2.4,<3', 'numpy>=2,<3')
  if ('python' in client) served = await serveModels()
}, 240_000)
afterAll(() => served?.close())

async function ask(skip: (reason: string) => never, ...parameters: string[]) {
  if (!('python' in client)) return skip(client.reason)
  const environment = { SLIPWAY_URL: served.url, SLIPWAY_API_KEY: served.key }
  return JSON.parse(await client.python([script, ...parameters], environment))
}

describe.skipIf(missing)('Python clients of inference (need python3 and SLIPWAY_MODELS or ../shared/models)', () => {
  it('huggingface_hub.InferenceClient gets every task in the format it reads', async ({ skip }) => {
    const picture = join(modelsFolder ?? '', 'reference/images/landscape.png')
    const said = await ask(skip, 'hugging_face', picture)
    const near = (value: number) => expect.closeTo(value, 3)
    expect(said).toMatchObject({
      embedding: [1, 384],
      similarity: [near(1), expect.any(Number)],
      zeroShot: expect.arrayContaining([{ label: 'travel', score: near(0.907705) }]),
      filled: [
        { token: 2898, token_str: 'kg', score: near(0.031749), sequence: 'paris is the kg of france.' },
        { token: 966, token_str: 'running', score: near(0.012687) },
      ],
      answered: { answer: 'Anna lives', start: 0, end: 10, score: expect.any(Number) },
      zeroShotPictures: [{ label: expect.any(String), score: expect.any(Number) }, {}],
    })
    expect(said.classified.map(({ score }: { score: number }) => score)).toEqual(
      [0.949993, 0.030259, 0.019749].map(near),
    )
    expect(said.entities.length).toBeGreaterThan(0)
    for (const { word, start, end } of said.entities)
      expect('anna lives in paris.'.slice(start, end).replaceAll(' ', '')).toBe(word.replaceAll(' ', ''))
    expect(said.picturesTop).toEqual(said.pictures.slice(0, 2))
    expect(said.pictures[0].score).toBeCloseTo(0.29104, 2)
  })

  it('openai embeds, lists models and raises its typed errors', async ({ skip }) => {
    expect(await ask(skip, 'openai')).toEqual({
      sizes: [384, 384],
      usage: 7,
      short: 16,
      models: Object.keys(servedRepos).toSorted(),
      errors: [
        ['NotFoundError', 404, 'model_not_found', true],
        ['BadRequestError', 400, 'invalid_request', true],
        ['AuthenticationError', 401, 'invalid_token', true],
      ],
    })
  })
})

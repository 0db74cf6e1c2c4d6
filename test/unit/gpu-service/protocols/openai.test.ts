import OpenAI, {
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
  UnprocessableEntityError,
} from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddingList } from '../../../../gpu-service/protocols/openai/embedding-list.ts'
import { makeKey, makeUser, putMembership } from '../../../support/make-key.ts'
import { readReference } from '../support/folders.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
let openai: OpenAI
let requests: { url: string; body: string; status: number; headers: Headers }[] = []
let rows: { text: string; input_ids: number[]; vector: number[] }[]
beforeAll(async () => {
  rows = (await readReference('tiny-embedder')).rows
  const limited = {
    ...(await embedderModel('limited')),
    repo: 'slipway-tests/limited',
    limits: { requestsPerSecond: 0.1 },
  }
  host = await startTestServing([await embedderModel(), await irisModel(), limited])
  const user = await makeUser(host.table)
  for (const owner of ['slipway-tests', 'sklearn']) await putMembership(host.table, { user, owner, role: 'read' })
  openai = client(await makeKey(host.table, { user, scopes: ['infer'] }))
})
afterAll(() => host.close())

/** The SDK with its default retries, directly on the app. */
function client(apiKey: string): OpenAI {
  requests = []
  const fetch = async (url: string | URL | Request, init?: RequestInit) => {
    const { pathname } = new URL(String(url))
    const response = await host.ask(pathname, { ...init, token: null })
    requests.push({ url: pathname, body: String(init?.body), status: response.status, headers: response.headers })
    return response
  }
  return new OpenAI({ apiKey, baseURL: 'http://slipway/v1', fetch })
}

function expectVector(actual: ArrayLike<number> | undefined, expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(actual?.[i]).toBeCloseTo(value, 5)
}
const failure = async (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  )

describe('the OpenAI SDK', () => {
  it('gets vectors as base64 by default and as floats on request, for texts and tokens, with their usage', async () => {
    const input = rows.map(({ text }) => text)
    const packed = await openai.embeddings.create({ model: 'tiny', input })
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toMatchObject({ encoding_format: 'base64' })
    const plain = await openai.embeddings.create({ model: 'tiny', input, encoding_format: 'float', user: 'somebody' })
    const tokens = await openai.embeddings.create({ model: 'tiny', input: rows.map(({ input_ids }) => input_ids) })
    for (const { data, usage, object, model } of [packed, plain, tokens]) {
      expect([object, model]).toEqual(['list', 'tiny'])
      expect(usage.prompt_tokens).toBe(rows.reduce((total, { input_ids }) => total + input_ids.length, 0))
      for (const [index, row] of rows.entries()) {
        expect(data[index]?.index).toBe(index)
        expectVector(data[index]?.embedding, row.vector)
      }
    }
  })

  it('gets fewer dimensions, and accepts one list of token ids', async () => {
    const [row] = rows as [(typeof rows)[number]]
    const { data } = await openai.embeddings.create({ model: 'tiny', input: row.input_ids, dimensions: 8 })
    const short = row.vector.slice(0, 8)
    expectVector(
      data[0]?.embedding,
      short.map((value) => value / Math.hypot.apply(null, short)),
    )
  })

  it('lists models, and finds one by deployment or repo, with the slash plain or encoded', async () => {
    const { data } = await openai.models.list()
    expect(data.map(({ id }) => id)).toEqual(['iris', 'limited', 'tiny'])
    const card = { id: 'tiny', object: 'model', owned_by: 'slipway-tests', created: expect.any(Number) }
    expect(await openai.models.retrieve('tiny')).toMatchObject(card)
    for (const path of [
      'slipway-tests/tiny-embedder',
      'slipway-tests%2Ftiny-embedder',
      'slipway-tests%2Ftiny-embedder@main',
    ])
      expect(await (await host.ask(`/v1/models/${path}`)).json()).toMatchObject(card)
    expect(await openai.models.retrieve('slipway-tests/tiny-embedder')).toMatchObject(card)
    expect(requests.at(-1)?.url).toBe('/v1/models/slipway-tests%2Ftiny-embedder')
    expect(await failure(openai.models.retrieve('absent'))).toMatchObject({ status: 404, code: 'model_not_found' })
  })

  it.each([
    ['an unknown model', { model: 'absent', input: 'a' }, NotFoundError, 404, 'model_not_found', 'model'],
    ['a model of another task', { model: 'iris', input: 'a' }, BadRequestError, 400, 'wrong_task', 'model'],
    ['no input', { model: 'tiny', input: [] }, BadRequestError, 400, 'invalid_request', 'input'],
    [
      'too many dimensions',
      { model: 'tiny', input: 'a', dimensions: 17 },
      BadRequestError,
      400,
      'invalid_request',
      'dimensions',
    ],
    [
      'a token that does not exist',
      { model: 'tiny', input: [99999] },
      UnprocessableEntityError,
      422,
      'invalid_input',
      'input[0]',
    ],
  ])(
    'raises a typed error for %s, does not retry, and has the request id',
    async (_what, body, type, status, code, param) => {
      const before = requests.length
      const error = await failure(openai.embeddings.create(body))
      expect(error).toBeInstanceOf(type)
      expect(error).toMatchObject({ status, code, param, type: 'invalid_request_error' })
      expect(error.requestID).toMatch(/^[\w-]{8,}$/)
      expect(requests.length - before).toBe(1)
      expect(requests.at(-1)?.headers.get('x-should-retry')).toBe('false')
    },
  )

  it('raises typed errors for a wrong key and for a reached rate limit', async () => {
    const stranger = await failure(client('hf_wrong').embeddings.create({ model: 'tiny', input: 'a' }))
    expect(stranger).toBeInstanceOf(AuthenticationError)
    await openai.embeddings.create({ model: 'limited', input: 'a' })
    const refused = await failure(openai.embeddings.create({ model: 'limited', input: 'a' }, { maxRetries: 0 }))
    expect(refused).toBeInstanceOf(RateLimitError)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused.headers.get('retry-after-ms'))).toBeGreaterThan(0)
  })

  it('is told that text generation is not served, and what is, and does not retry', async () => {
    const messages = [{ role: 'user' as const, content: 'hello' }]
    const asked = [
      () => openai.chat.completions.create({ model: 'tiny', messages }),
      () => openai.completions.create({ model: 'tiny', prompt: 'hello' }),
      () => openai.responses.create({ model: 'tiny', input: 'hello' }),
    ]
    for (const ask of asked) {
      const before = requests.length
      const error = await failure(ask())
      expect(error).toBeInstanceOf(InternalServerError)
      expect(error).toMatchObject({ status: 501, code: 'not_implemented' })
      expect(error.message).toContain('feature-extraction')
      expect(requests.length - before).toBe(1)
    }
  })

  it('may send unknown fields', async () => {
    const json = { model: 'tiny', input: 'a', user: 'u', metadata: { a: 1 }, truncate: 'END', input_type: 'query' }
    expect((await host.ask('/v1/embeddings', { json })).status).toBe(200)
  })
})

describe('a large answer', () => {
  it('of 2048 texts is complete, in order, and the same in both formats', async () => {
    const input = Array.from({ length: 2048 }, (_, index) => rows[index % rows.length]?.text ?? '')
    for (const encoding_format of ['base64', 'float'] as const) {
      const { data } = await openai.embeddings.create({ model: 'tiny', input, encoding_format })
      expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index))
      for (const at of [0, 1, 1023, 2047]) {
        const { embedding } = data[at] ?? {}
        const numbers = typeof embedding === 'string' ? decoded(embedding) : embedding
        expectVector(numbers, rows[at % rows.length]?.vector ?? [])
      }
    }
  })

  it('of 2048 vectors of 1024 numbers is streamed in pieces, without holding the whole in memory', async () => {
    const vectors = Array.from({ length: 2048 }, (_, at) =>
      Float32Array.from({ length: 1024 }, (_, i) => Math.sin(at + i)),
    )
    for (const format of ['float', 'base64'] as const) {
      const json = embeddingList({ model: 'm', vectors, format, promptTokens: 1 })
      if (typeof json === 'string') throw new Error('the answer is one string')
      let longest = 0
      let total = 0
      let most = 0
      globalThis.gc?.()
      const before = process.memoryUsage().heapUsed
      for await (const piece of json) {
        longest = Math.max(longest, piece.length)
        total += piece.length
        most = Math.max(most, process.memoryUsage().heapUsed - before)
      }
      expect(total).toBeGreaterThan(10_000_000)
      expect(longest).toBeLessThan(100_000)
      // What was sent is garbage at once; how much of it waits for collection is up to the runtime.
      expect(most).toBeLessThan(64 * 1024 ** 2)
    }
  })
})

/** Decodes base64, in case the SDK has not done so already. */
function decoded(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
let base: string
beforeAll(async () => {
  const model = await embedderModel()
  base = `/models/${model.repo}`
  host = await startTestServing([model])
})
afterAll(() => host.close())

const ask = async (method: string, path: string, token?: null) => {
  const response = await host.ask(path, { method, ...(token === null && { token }) })
  const allow = response.headers.get('allow')
  return { status: response.status, allow, requestId: response.headers.get('x-request-id'), response }
}
const said = (method: string) =>
  expect.stringMatching(new RegExp(`does not support ${method}\\. It supports [A-Z, ]+\\.$`))

/** The error format of each protocol family. */
const envelopes = {
  platform: (method: string) => ({ error: { code: 'method_not_allowed', message: said(method), retryable: false } }),
  openai: (method: string) => ({
    error: { message: said(method), type: 'invalid_request_error', param: null, code: 'method_not_allowed' },
  }),
  anthropic: (method: string) => ({
    type: 'error',
    error: { type: 'invalid_request_error', message: said(method) },
    request_id: expect.any(String),
  }),
  oip: (method: string) => ({ error: said(method) }),
  tei: (method: string) => ({ error: said(method), error_type: 'Validation' }),
  pipeline: (method: string) => ({ error: said(method), code: 'method_not_allowed' }),
  cohere: (method: string) => ({ message: said(method), code: 'method_not_allowed' }),
}

describe('a path with a method that it does not support', () => {
  it.each<[string, string, string, keyof typeof envelopes]>([
    ['GET', '/v1/embeddings', 'POST', 'openai'],
    ['DELETE', '/v1/models', 'GET, HEAD', 'openai'],
    ['POST', '/v1/models/owner/name', 'GET, HEAD', 'openai'],
    ['GET', '/v1/chat/completions', 'POST', 'openai'],
    ['GET', '/v1/messages', 'POST', 'anthropic'],
    ['GET', '/v1/rerank', 'POST', 'openai'],
    ['GET', '/embeddings', 'POST', 'openai'],
    ['GET', '/v2/rerank', 'POST', 'cohere'],
    ['POST', '/v2', 'GET, HEAD', 'oip'],
    ['POST', '/v2/health/ready', 'GET, HEAD', 'oip'],
    ['GET', '/v2/repository/index', 'POST', 'oip'],
    ['GET', '/v2/repository/models/owner/name/load', 'POST', 'oip'],
    ['GET', '/v2/models/owner/name/infer', 'POST', 'oip'],
    ['DELETE', '/v2/models/owner/name/infer', 'POST', 'oip'],
    ['POST', '/v2/models/owner/name/versions/1/ready', 'GET, HEAD', 'oip'],
    ['PUT', '/v2/models/stats', 'GET, HEAD', 'oip'],
    ['GET', '/embed', 'POST', 'tei'],
    ['PATCH', '/', 'POST', 'tei'],
    ['POST', '/health', 'GET, HEAD', 'platform'],
    ['OPTIONS', '/info', 'GET, HEAD', 'platform'],
    ['GET', '/api/v1/predict/tiny', 'POST', 'pipeline'],
    ['DELETE', '/api/v1/predict/owner/name', 'POST', 'pipeline'],
    ['GET', '/api/v1/predict/tiny/v1/embeddings', 'POST', 'openai'],
  ])(
    'answers %s %s with 405, the allowed methods (%s) and the error format of %s',
    async (method, path, taken, family) => {
      const { status, allow, requestId, response } = await ask(method, path)
      const body = await response.json()
      expect({ status, allow, body }).toMatchObject({ status: 405, allow: taken, body: envelopes[family](method) })
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
      expect(response.headers.get('x-should-retry')).toBe('false')
    },
  )

  it('answers so below every base path of a model', async () => {
    for (const [method, path, taken, family] of [
      ['GET', '', 'POST', 'pipeline'],
      ['PUT', '/pipeline/feature-extraction', 'POST', 'pipeline'],
      ['GET', '/embed', 'POST', 'tei'],
      ['POST', '/info', 'GET, HEAD', 'tei'],
      ['GET', '/rerank', 'POST', 'tei'],
    ] as const) {
      const { status, allow, response } = await ask(method, base + path)
      const body = await response.json()
      expect([path, { status, allow, body }]).toMatchObject([
        path,
        { status: 405, allow: taken, body: envelopes[family](method) },
      ])
    }
  })

  it('is 404 without allowed methods if the path does not exist', async () => {
    for (const path of ['/nowhere', '/v1/nowhere', '/v2/nowhere', `${base}/nowhere`, '/v2/models/']) {
      const { status, allow } = await ask('POST', path)
      expect([path, status, allow]).toEqual([path, 404, null])
    }
  })

  it.each([
    ['/v1/embeddings/', 'There is /v1/embeddings, without the trailing slash.'],
    ['/api/v1/predict/tiny//', 'There is /api/v1/predict/tiny, without the trailing slash.'],
    ['/v1/nowhere/', 'The routes are listed at /api/v1/openapi.json.'],
    ['/models/tiny', 'Deployments answer at /api/v1/predict/{deployment}'],
    ['/api/embed', "Ollama's clients are not supported; OpenAI's are, below /v1"],
  ])('suggests what exists instead, if that is known: %s', async (path, said) => {
    const { status, response } = await ask('POST', path)
    expect(status).toBe(404)
    expect(await response.text()).toContain(said)
  })

  it('answers HEAD wherever GET is answered, and nowhere else', async () => {
    for (const path of ['/health', '/ready', '/v2/health/live', '/v1/models', '/v2/models/tiny', `${base}/info`]) {
      const { status, response } = await ask('HEAD', path)
      expect([path, status, await response.text()]).toEqual([path, 200, ''])
    }
    expect(await ask('HEAD', '/embed')).toMatchObject({ status: 405, allow: 'POST' })
  })

  it('answers 401 first where the path requires a key', async () => {
    expect(await ask('DELETE', '/v1/models', null)).toMatchObject({ status: 401 })
  })
})

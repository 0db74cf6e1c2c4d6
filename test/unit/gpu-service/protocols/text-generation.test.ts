import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([await embedderModel()])
})
afterAll(() => host.close())

describe('a client that asks for generated text', () => {
  it('is told that none is served, on the routes of TEI', async () => {
    for (const path of ['/generate', '/generate_stream', '/models/slipway-tests/tiny-embedder/generate']) {
      const response = await host.ask(path, { json: { inputs: 'hello' } })
      expect([response.status, await response.json()]).toMatchObject([501, { error: { code: 'not_implemented' } }])
    }
  })

  it('is told so and what is served in the format of Anthropic, on its routes', async () => {
    for (const path of [
      '/v1/messages',
      '/v1/messages/count_tokens',
      '/models/slipway-tests/tiny-embedder/v1/messages',
    ]) {
      const response = await host.ask(path, { json: { model: 'tiny', max_tokens: 1, messages: [] } })
      expect([response.status, response.headers.get('x-should-retry'), await response.json()]).toEqual([
        501,
        'false',
        {
          type: 'error',
          error: { type: 'api_error', message: expect.stringContaining('feature-extraction') },
          request_id: response.headers.get('x-request-id'),
        },
      ])
    }
    const stranger = await host.ask('/v1/messages', { json: {}, token: null })
    expect([stranger.status, await stranger.json()]).toMatchObject([401, { error: { type: 'authentication_error' } }])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
  if (target.hub === undefined) return
  for (const name of ['digits', 'tiny-embedder', 'corrupt']) await target.api.pull(`hf://acme/${name}`)
  await target.api.deploy('acme/digits')
  await target.api.deploy('acme/tiny-embedder')
})
afterAll(async () => {
  // Whatever was sent, the server is still up.
  expect((await target.anonymous.get('/health')).status).toBe(200)
  await target.close()
})

const predict = '/api/v1/predict/digits'

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('a prediction', () => {
  it.each([
    ['an empty body', '', 400, 'invalid_json'],
    ['broken JSON', '{"inputs": [', 400, 'invalid_json'],
    ['a body that is no object', '[1, 2]', 400, 'invalid_request'],
    ['no inputs', {}, 400, 'invalid_request'],
    ['zero inputs', { inputs: [] }, undefined, undefined],
    ['rows of the wrong width', { inputs: [[1, 2, 3]] }, 422, 'invalid_input'],
    ['text where numbers belong', { inputs: [['a', 'b']] }, undefined, undefined],
    ['lists nested too deeply', { inputs: [[[[1]]]] }, undefined, undefined],
    ['null', { inputs: null }, undefined, undefined],
  ])('refuses %s with a clear error', async (_, body, status, code) => {
    const answer = await target.api.post(predict, body)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.body.error).toBeTypeOf('string')
    expect(answer.body.code).toBeTypeOf('string')
    expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId)
    if (status !== undefined) expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
  })

  it('names the wrong row and what was expected', async () => {
    const row = Array(64).fill(0)
    const { body } = await target.api.post(predict, { inputs: [row, row, [1]] })
    expect(body.error).toContain('inputs[2]')
    expect(body.error).toContain('64')
  })

  it('refuses a body over the limit with 413', async () => {
    const { status } = await target.api.post('/v1/embeddings', {
      model: 'tiny-embedder',
      input: 'a'.repeat(10_000_000),
    })
    expect(status).toBe(413)
  })

  it('for a long text does not block other requests', async () => {
    const long = 'the quick brown fox '.repeat(150_000)
    const timed = async <Answer>(answer: Promise<Answer>) => {
      const startedMs = performance.now()
      return { answer: await answer, tookMs: performance.now() - startedMs }
    }
    const [slow, health] = await Promise.all([
      timed(target.api.post('/v1/embeddings', { model: 'tiny-embedder', input: long })),
      timed(target.anonymous.get('/health')),
    ])
    expect(slow.answer.status).toBe(200)
    // On a slow machine both take longer.
    expect(health.tookMs).toBeLessThan(Math.max(1000, slow.tookMs / 2))
  })

  it('for an unknown model is 404 in the error format of its protocol', async () => {
    const openai = await target.api.post('/v1/embeddings', { model: 'no/such', input: 'x' })
    expect(openai.status).toBe(404)
    expect(openai.body.error).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error', param: 'model' })
    const pipeline = await target.api.post('/api/v1/predict/no-such', { inputs: [[1]] })
    expect(pipeline.status).toBe(404)
    expect(pipeline.body.error).toBeTypeOf('string')
  })

  it.each([
    ['input', { model: 'tiny-embedder', input: 7 }],
    ['input', { model: 'tiny-embedder', input: [{ a: 1 }] }],
    ['model', { model: 7, input: 'x' }],
    ['encoding_format', { model: 'tiny-embedder', input: 'x', encoding_format: 'hex' }],
  ])('names the field of a wrong type: %s', async (param, body) => {
    const answer = await target.api.post('/v1/embeddings', body)
    expect(answer.status).toBe(400)
    expect(answer.body.error.param).toContain(param)
  })

  it('is impossible for a corrupt ONNX file, which the deployment refuses by name', async () => {
    const { status, body } = await target.api.post('/api/v1/deployments', { target: 'acme/corrupt' })
    expect(status).toBe(422)
    expect(body.error).toMatchObject({ code: 'unsupported_model', message: expect.stringContaining('model.onnx') })
  })
})

describe('the platform API', () => {
  it.each([
    ['/api/v1/imports', { source: 'ftp://x/y' }, 'source'],
    ['/api/v1/imports', { source: 'hf://../../etc' }, 'source'],
    ['/api/v1/imports', { source: 'hf://a/b', repo: 'no-slash' }, 'repo'],
    ['/api/v1/imports', { source: 'hf://a/b', unknown: 1 }, undefined],
    ['/api/v1/imports', { source: 7 }, 'source'],
    ['/api/v1/deployments', { target: 'a/b@../x' }, 'target'],
    ['/api/v1/deployments', { target: 'a/b', name: 'Not A Label' }, 'name'],
    ['/api/v1/keys', { name: '' }, 'name'],
    ['/api/v1/keys', { name: 'x', scopes: ['everything'] }, 'scopes.0'],
  ])('refuses %s with %j', async (path, body, param) => {
    const answer = await target.api.post(path, body)
    expect(answer.status).toBe(400)
    expect(answer.body.error.code).toBe('invalid_request')
    if (param !== undefined) expect(answer.body.error.param).toBe(param)
  })

  it.each(['', '{', 'null', '[]', '"x"'])('refuses the body %j', async (body) => {
    const answer = await target.api.post('/api/v1/imports', body)
    expect(answer.status).toBe(400)
    expect(answer.body.error.message.length).toBeGreaterThan(10)
  })

  it('refuses a name that is a path', async () => {
    expect([400, 404]).toContain((await target.api.get('/api/v1/repos/..%2f..%2fetc/passwd')).status)
    expect([400, 404]).toContain((await target.api.get('/api/v1/repos/a/b%00')).status)
  })
})

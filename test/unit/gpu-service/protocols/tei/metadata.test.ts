import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postTo } from '../../support/post-to.ts'
import { embedderModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

let host: TestServing
const tiny = '/api/v1/predict/tiny'
beforeAll(async () => {
  host = await startTestServing([await embedderModel()])
})
afterAll(() => host.close())

describe('the metadata of text-embeddings-inference', () => {
  it('reports times in whole milliseconds and amounts computed, in headers', async () => {
    const { headers } = await postTo(host, `${tiny}/embed`, { inputs: ['the sun 😀', 'x'] })
    for (const name of ['compute-time', 'total-time', 'tokenization-time', 'queue-time', 'inference-time'])
      expect(headers.get(`x-${name}`)).toMatch(/^\d+$/)
    expect(headers.get('x-compute-type')).toBe('cpu+optimized')
    expect(headers.get('x-compute-characters')).toBe('10')
    expect(headers.get('x-compute-tokens')).toBe(headers.get('x-tokens'))
  })

  it('describes a model below its base path', async () => {
    const info = await host.ask(`${tiny}/info`)
    expect(await info.json()).toMatchObject({
      model_id: 'slipway-tests/tiny-embedder',
      model_dtype: 'float32',
      model_type: { embedding: { pooling: 'mean' } },
      max_input_length: 24,
      max_client_batch_size: 2048,
      auto_truncate: true,
      dimensions: 16,
      batchInvariant: true,
    })
    for (const path of ['/health', '/ping']) expect((await host.ask(tiny + path)).status).toBe(200)
  })

  it('counts under the metric names of its dashboards', async () => {
    await postTo(host, `${tiny}/embed`, { inputs: 'one' })
    await postTo(host, `${tiny}/embed`, { inputs: ['one', 'two'] })
    await postTo(host, `${tiny}/embed`, { inputs: Array(2049).fill('a') })
    await postTo(host, `${tiny}/predict`, { inputs: 'a' })
    const text = await (await host.ask('/metrics')).text()
    expect(text).toMatch(/^te_request_count\{method="batch"\} [1-9]/m)
    expect(text).toMatch(/^te_request_success\{method="single"\} [1-9]/m)
    expect(text).toMatch(/^te_request_failure\{err="batch_size"\} 1$/m)
    expect(text).toMatch(/^te_request_failure\{err="model_type"\} [1-9]/m)
    expect(text).toMatch(/^te_queue_size 0$/m)
    expect(text).toMatch(/^te_request_duration_bucket\{le="\+Inf"\} [1-9]/m)
    expect(text).toMatch(/^te_batch_next_size_bucket\{le="1"\} [1-9]/m)
    expect(text).toMatch(/^te_batch_next_size_count [1-9]/m)
    for (const name of ['te_embed_count', 'te_request_queue_duration_sum', 'te_request_inference_duration_sum'])
      expect(text).toMatch(new RegExp(`^${name} [0-9.]+`, 'm'))
  })
})

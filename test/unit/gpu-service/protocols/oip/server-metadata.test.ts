import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tensorsModel } from '../../support/oip-requests.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([tensorsModel('simple', simpleGraph())])
})
afterAll(() => host.close())

describe('the server metadata of the Open Inference Protocol', () => {
  it('reports live and ready without a token', async () => {
    for (const probe of ['live', 'ready']) {
      const response = await host.ask(`/v2/health/${probe}`, { token: null })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ live: true })
    }
  })

  it('names the server and its extensions', async () => {
    const answer = (await (await host.ask('/v2')).json()) as { name: string; extensions: string[] }
    expect(answer.name).toBe('slipway')
    expect(answer.extensions).toEqual([
      'binary_tensor_data',
      'classification',
      'model_configuration',
      'model_repository',
      'schedule_policy',
      'statistics',
    ])
  })

  it('describes the tensors of a model under each of its names and versions', async () => {
    const ones = ['simple', 'triton/simple', 'triton%2Fsimple', 'simple/versions/1', 'simple/versions/main']
    for (const name of ones) {
      const answer = (await (await host.ask(`/v2/models/${name}`)).json()) as { inputs: unknown[]; outputs: unknown[] }
      expect(answer).toMatchObject({ platform: 'onnx_onnxv1', versions: [expect.stringMatching(/^[0-9a-f]{40}$/)] })
      expect(answer.inputs[0]).toEqual({ name: 'INPUT0', datatype: 'INT32', shape: [-1, 16] })
      expect(answer.outputs[1]).toEqual({ name: 'OUTPUT1', datatype: 'INT32', shape: [-1, 16] })
    }
    expect(await (await host.ask('/v2/models/simple/ready')).json()).toEqual({ name: 'simple', ready: true })
  })

  it('is 404 for other models and versions', async () => {
    for (const path of ['none', 'none/ready', 'simple/versions/2', 'simple/versions/2/ready']) {
      const response = await host.ask(`/v2/models/${path}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual({ error: expect.any(String) })
    }
  })

  it('lists the repository', async () => {
    const index = (await (await host.ask('/v2/repository/index', { json: {} })).json()) as {
      name: string
      state: string
    }[]
    expect(index.find(({ name }) => name === 'simple')).toMatchObject({ state: 'READY', reason: '' })
  })

  it("gives a model configuration in Triton's format", async () => {
    expect(await (await host.ask('/v2/models/simple/config')).json()).toMatchObject({
      name: 'simple',
      max_batch_size: 64,
      input: [{ name: 'INPUT0', data_type: 'TYPE_INT32', dims: [16] }, { name: 'INPUT1' }],
    })
  })

  it('answers 501 for text generation', async () => {
    for (const route of ['generate', 'generate_stream']) {
      const response = await host.ask(`/v2/models/simple/${route}`, { json: { text_input: 'x' } })
      expect([response.status, await response.json()]).toEqual([
        501,
        { error: expect.stringContaining('Text generation') },
      ])
    }
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAnswer, simpleRequest, tensorsModel } from '../../support/oip-requests.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { identityGraph, simpleGraph } from '../../support/tiny-graphs.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([
    tensorsModel('simple', simpleGraph()),
    tensorsModel('echo', identityGraph(['float32'])),
    tensorsModel('whole', identityGraph(['int64'])),
  ])
})
afterAll(() => host.close())

describe('an invalid inference request', () => {
  const one = (change: object) => ({
    inputs: [{ name: 'float32', shape: [1, 2], datatype: 'FP32', data: [1, 2], ...change }],
  })
  it.each<[string, string]>([
    ['no JSON', '{'],
    ['NaN', '{"inputs":[{"name":"float32","shape":[1,1],"datatype":"FP32","data":[NaN]}]}'],
    [
      'extremely deep lists',
      `{"inputs":[{"name":"float32","shape":[1],"datatype":"FP32","data":${'['.repeat(100_000)}`,
    ],
    ['extremely deep lists in the parameters', `{"parameters":${'['.repeat(100_000)}`],
    ['null', JSON.stringify(one({ data: [null, 1] }))],
    ['a number too large for float32', JSON.stringify(one({ data: [1e300, 1] }))],
    ['too few elements', JSON.stringify(one({ data: [1] }))],
    ['too many elements', JSON.stringify(one({ data: [1, 2, 3] }))],
    ['ragged lists', JSON.stringify(one({ shape: [2, 2], data: [[1, 2], [3]] }))],
    ['lists beside elements', JSON.stringify(one({ data: [[1], 2] }))],
    ['another type', JSON.stringify(one({ datatype: 'FP64' }))],
    ['an unknown type', JSON.stringify(one({ datatype: 'FP99' }))],
    ['another name', JSON.stringify(one({ name: 'y' }))],
    ['an object among the elements', JSON.stringify(one({ data: [{}, 1] }))],
    ['no data', JSON.stringify({ inputs: [{ name: 'float32', shape: [1, 2], datatype: 'FP32' }] })],
    ['no inputs', '{"inputs":[]}'],
    ['an unknown output', JSON.stringify({ ...one({}), outputs: [{ name: 'z' }] })],
    ['a text as the timeout', JSON.stringify({ ...one({}), parameters: { timeout: 'x' } })],
    ['a negative timeout', JSON.stringify({ ...one({}), parameters: { timeout: -1 } })],
    ['a fraction as the priority', JSON.stringify({ ...one({}), parameters: { priority: 1.5 } })],
    ['a binary_data_output that is a text', JSON.stringify({ ...one({}), parameters: { binary_data_output: 'yes' } })],
    [
      'a binary_data that is a text',
      JSON.stringify({ ...one({}), outputs: [{ name: 'float32_out', parameters: { binary_data: 'yes' } }] }),
    ],
    ['a hundred thousand inputs', JSON.stringify({ inputs: Array(100_000).fill(one({}).inputs[0]) })],
    ['a hundred thousand inputs without data', `{"inputs":[${'{},'.repeat(99_999)}{}]}`],
  ])('is refused with a message: %s', async (_what, body) => {
    const response = await host.ask('/v2/models/echo/infer', { method: 'POST', body })
    expect([response.status, await response.json()]).toEqual([400, { error: expect.any(String) }])
  })

  it.each([0, 1, 'a', null, true, { a: 1 }])('with the data %j is told to send a list', async (data) => {
    const body = JSON.stringify(one({ data }))
    const response = await host.ask('/v2/models/echo/infer', { method: 'POST', body })
    expect(await response.json()).toEqual({ error: '"inputs[0].data" must be a list of the elements.' })
  })

  it.each([
    ['an object', [1, {}], 'holds an object'],
    ['lists beside elements', [[1], 2], 'mixes lists and elements'],
    ['ragged lists', [[1, 2], [3]], 'is ragged'],
    ['deep lists', JSON.parse(`${'['.repeat(17)}1${']'.repeat(17)}`), 'is nested deeper'],
  ])('is told which of its inputs has %s', async (_, data, said) => {
    const [first, second] = simpleRequest().inputs
    const body = JSON.stringify({ inputs: [first, { ...second, data }] })
    const response = await host.ask('/v2/models/simple/infer', { method: 'POST', body })
    const { error } = (await response.json()) as { error: string }
    expect(error).toMatch(new RegExp(`^"inputs\\[1\\]\\.data" ${said}`))
  })

  it('cannot take the elements of another input by the number of their list', async () => {
    const [first, second] = simpleRequest().inputs
    const bytes = Buffer.alloc(64)
    const json = JSON.stringify({
      inputs: [
        { ...first, data: 0 },
        { ...second, parameters: { binary_data_size: bytes.length } },
      ],
    })
    const response = await host.ask('/v2/models/simple/infer', {
      method: 'POST',
      body: Buffer.concat([Buffer.from(json), bytes]),
      headers: { 'inference-header-content-length': String(json.length) },
    })
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: '"inputs[0].data" must be a list of the elements.' },
    ])
  })

  it('is refused if it has a million rows, and a valid one of a million numbers keeps the event loop free', async () => {
    const data = `[${'0.25,'.repeat(999_999)}0.25]`
    const million = (shape: string) =>
      `{"inputs":[{"name":"float32","shape":${shape},"datatype":"FP32","data":${data}}]}`
    const refused = await host.ask('/v2/models/echo/infer', { method: 'POST', body: million('[1000000,1]') })
    expect([refused.status, await refused.json()]).toEqual([400, { error: expect.stringContaining('rows') }])
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const answered = await host.ask('/v2/models/echo/infer', { method: 'POST', body: million('[1000,1000]') })
    clearInterval(timer)
    const { outputs } = await readAnswer(answered)
    expect(outputs[0]?.data).toHaveLength(1_000_000)
    // The number of turns does not depend on how busy the machine is, unlike their length.
    expect(turns).toBeGreaterThan(40)
  })

  it('does not include integers beyond 2^53, which keep all their digits', async () => {
    const body = '{"inputs":[{"name":"int64","shape":[1,1],"datatype":"INT64","data":[9223372036854775807]}]}'
    const answer = await host.ask('/v2/models/whole/infer', { method: 'POST', body })
    expect(await answer.text()).toContain('"data":[9223372036854775807]')
  })

  it('gets 401 without a token, before anything else', async () => {
    const response = await host.ask('/v2/models/simple/infer', { json: simpleRequest(), token: null })
    expect([response.status, await response.json()]).toEqual([401, { error: expect.any(String) }])
  })

  it('is refused if it has the elements of an input twice, in its own error format', async () => {
    const body = JSON.stringify(simpleRequest()).replace('"data":', '"data":[9],"data":')
    const answer = await host.ask('/v2/models/simple/infer', { method: 'POST', body })
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining('"data" twice') }])
  })
})

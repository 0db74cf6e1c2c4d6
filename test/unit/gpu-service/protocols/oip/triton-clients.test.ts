import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inferOn, numbersOf, readAnswer, simpleRequest, sixteen, tensorsModel } from '../../support/oip-requests.ts'
import { irisModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([tensorsModel('simple', simpleGraph()), await irisModel()])
})
afterAll(() => host.close())

const refusal = async (response: Response) => [response.status, await response.json()]
const flowers = {
  inputs: [{ name: 'X', shape: [2, 4], datatype: 'FP32', data: [5.1, 3.5, 1.4, 0.2, 6.7, 3, 5.2, 2.3] }],
}
const classesOf = (name: string, classification: unknown) => ({ outputs: [{ name, parameters: { classification } }] })

/** What tritonclient sends for `class_count` (Triton's extension_classification.md). */
describe('the classes of an output', () => {
  it('are the largest values of each row, with their places and labels', async () => {
    const { outputs } = await readAnswer(
      await inferOn(host, 'iris', { ...flowers, ...classesOf('output_probability', 2) }),
    )
    expect(outputs).toEqual([{ name: 'output_probability', datatype: 'BYTES', shape: [2, 2], data: expect.any(Array) }])
    const parts = outputs[0]?.data.map((text) => String(text).split(':')) ?? []
    expect(parts.map(([, index, label]) => [index, label])).toEqual([
      ['0', 'setosa'],
      ['1', 'versicolor'],
      ['2', 'virginica'],
      ['1', 'versicolor'],
    ])
    expect(parts[0]?.[0]).toMatch(/^0\.97752\d$/)
  })

  it('are of each row its own, where an output has one value per row', async () => {
    const { outputs } = await readAnswer(await inferOn(host, 'iris', { ...flowers, ...classesOf('output_label', 2) }))
    expect(outputs).toEqual([{ name: 'output_label', datatype: 'BYTES', shape: [2, 1], data: ['0:0', '2:0'] }])
  })

  it('are of whole numbers without labels, and no more than there are values', async () => {
    const { outputs } = await readAnswer(
      await inferOn(host, 'simple', { ...simpleRequest(), ...classesOf('OUTPUT0', 100) }),
    )
    expect(outputs[0]).toMatchObject({ shape: [1, 16], datatype: 'BYTES' })
    expect(outputs[0]?.data).toEqual(sixteen.map((one) => `${2 * (15 - one)}:${15 - one}`))
  })

  it('come as bytes, too, as the texts that they are', async () => {
    const outputs = [{ name: 'OUTPUT0', parameters: { classification: 1, binary_data: true } }]
    const response = await inferOn(host, 'simple', { ...simpleRequest(), outputs })
    const body = Buffer.from(await response.arrayBuffer())
    const tensor = body.subarray(Number(response.headers.get('inference-header-content-length')))
    expect([tensor.readUInt32LE(0), tensor.subarray(4).toString()]).toEqual([5, '30:15'])
  })

  it.each([0, -1, 1001, 1.5, 'all'])('are refused for a count of %j', async (count) => {
    const response = await inferOn(host, 'simple', { ...simpleRequest(), ...classesOf('OUTPUT0', count) })
    expect(await refusal(response)).toEqual([400, { error: expect.stringContaining('classification') }])
  })
})

describe('what Triton has and is not served', () => {
  it.each([
    ['GET', '/v2/systemsharedmemory/status'],
    ['POST', '/v2/systemsharedmemory/region/mine/register'],
    ['POST', '/v2/cudasharedmemory/unregister'],
    ['GET', '/v2/trace/setting'],
    ['GET', '/v2/models/simple/trace/setting'],
    ['POST', '/v2/models/triton/simple/trace/setting'],
    ['POST', '/v2/logging'],
  ])('is said of %s %s', async (method, path) => {
    const response = await host.ask(path, { method })
    expect(await refusal(response)).toEqual([501, { error: expect.stringMatching(/is not served\.$/) }])
  })

  it('is said of a tensor in shared memory, given or wanted, which no client would find there', async () => {
    const region = { parameters: { shared_memory_region: 'mine', shared_memory_byte_size: 64 } }
    const [first, second] = simpleRequest().inputs
    const { data: _data, ...without } = { ...first }
    const given = await inferOn(host, 'simple', { inputs: [{ ...without, ...region }, second] })
    const wanted = await inferOn(host, 'simple', { ...simpleRequest(), outputs: [{ name: 'OUTPUT0', ...region }] })
    for (const response of [given, wanted])
      expect(await refusal(response)).toEqual([
        400,
        { error: expect.stringContaining('shared_memory_region": is not served') },
      ])
    const { outputs } = await readAnswer(await inferOn(host, 'simple', simpleRequest()))
    expect(numbersOf(outputs[0])).toHaveLength(16)
  })
})

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../../../gpu-service/listen.ts'
import { filesIn } from '../../../support/files-in.ts'
import { fixtureModel, readReference } from '../support/folders.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'
import { elementTypes, identityGraph, simpleGraph } from '../support/tiny-graphs.ts'

const types = Object.keys(elementTypes) as (keyof typeof elementTypes)[]

let host: TestServing
beforeAll(async () => {
  const tensors = (name: string, graph: Buffer) => ({
    name,
    repo: `triton/${name}`,
    task: 'tensors',
    file: 'model.onnx',
    files: { 'model.onnx': graph },
  })
  host = await startTestServing([
    tensors('simple', simpleGraph()),
    // What is not known to be slow refuses nobody, however busy the machine of the test is.
    tensors('many-rows', simpleGraph()),
    tensors('shared-rows', simpleGraph()),
    tensors('timed', simpleGraph()),
    tensors('identity', identityGraph(types)),
    tensors('echo', identityGraph(['float32'])),
    tensors('whole', identityGraph(['int64'])),
    tensors('texts', identityGraph(['string'])),
    await irisModel(),
    {
      ...(await irisModel('zipmap')),
      repo: 'sklearn/zipmap',
      files: await filesIn(fixtureModel('sklearn/iris-logistic-regression-zipmap')),
    },
    await embedderModel(),
  ])
})
afterAll(() => host.close())

const sixteen = Array.from({ length: 16 }, (_, index) => index)
const simple = (data: unknown = sixteen, shape: unknown = [1, 16]) => ({
  id: 'a-1',
  inputs: ['INPUT0', 'INPUT1'].map((name) => ({ name, shape, datatype: 'INT32', data })),
})
const infer = (model: string, json: unknown, headers: Record<string, string> = {}) =>
  host.ask(`/v2/models/${model}/infer`, { json, headers })

interface Answer {
  model_name: string
  model_version: string
  id?: string
  outputs: {
    name: string
    shape: number[]
    datatype: string
    data: unknown[]
    parameters?: { binary_data_size: number }
  }[]
}
const numbersOf = (output: Answer['outputs'][number] | undefined) => (output?.data ?? []) as number[]
const read = async (response: Response) => {
  const answer = await response.json()
  expect(response.status, JSON.stringify(answer)).toBe(200)
  return answer as Answer
}

describe('what a server of the Open Inference Protocol says of itself', () => {
  it('refuses a body that holds the elements of an input twice, in its own envelope', async () => {
    const body = JSON.stringify(simple()).replace('"data":', '"data":[9],"data":')
    const answer = await host.ask('/v2/models/simple/infer', { method: 'POST', body })
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining('"data" twice') }])
  })

  it('is alive and ready without a token', async () => {
    for (const probe of ['live', 'ready']) {
      const response = await host.ask(`/v2/health/${probe}`, { token: null })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ live: true })
    }
  })

  it('names itself and only extensions that it has', async () => {
    const answer = (await (await host.ask('/v2')).json()) as { name: string; extensions: string[] }
    expect(answer.name).toBe('slipway')
    expect(answer.extensions).toContain('binary_tensor_data')
  })

  it('tells the tensors of a model by its name, its repo plain or encoded, and its version', async () => {
    const ones = ['simple', 'triton/simple', 'triton%2Fsimple', 'simple/versions/1', 'simple/versions/main']
    for (const name of ones) {
      const answer = (await (await host.ask(`/v2/models/${name}`)).json()) as { inputs: unknown[]; outputs: unknown[] }
      expect(answer).toMatchObject({ platform: 'onnx_onnxv1', versions: [expect.stringMatching(/^[0-9a-f]{40}$/)] })
      expect(answer.inputs[0]).toEqual({ name: 'INPUT0', datatype: 'INT32', shape: [-1, 16] })
      expect(answer.outputs[1]).toEqual({ name: 'OUTPUT1', datatype: 'INT32', shape: [-1, 16] })
    }
    expect(await (await host.ask('/v2/models/simple/ready')).json()).toEqual({ name: 'simple', ready: true })
  })

  it('does not know other models or versions', async () => {
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

  it('gives a configuration in Triton’s words', async () => {
    expect(await (await host.ask('/v2/models/simple/config')).json()).toMatchObject({
      name: 'simple',
      max_batch_size: 64,
      input: [{ name: 'INPUT0', data_type: 'TYPE_INT32', dims: [16] }, { name: 'INPUT1' }],
    })
  })

  it('says that text generation comes later', async () => {
    for (const route of ['generate', 'generate_stream']) {
      const response = await host.ask(`/v2/models/simple/${route}`, { json: { text_input: 'x' } })
      expect([response.status, await response.json()]).toEqual([
        501,
        { error: expect.stringContaining('Text generation') },
      ])
    }
  })
})

describe('POST /v2/models/{model}/infer', () => {
  it('adds and subtracts, flat or nested, and echoes the id', async () => {
    for (const data of [sixteen, [sixteen]]) {
      const { outputs, ...about } = await read(await infer('simple', simple(data)))
      expect(about).toEqual({ model_name: 'simple', model_version: expect.any(String), id: 'a-1' })
      const zero = { shape: [1, 16], datatype: 'INT32' }
      expect(outputs).toEqual([
        { name: 'OUTPUT0', ...zero, data: sixteen.map((one) => 2 * one) },
        { name: 'OUTPUT1', ...zero, data: sixteen.map(() => 0) },
      ])
    }
  })

  it('gives only the outputs that are asked for', async () => {
    const { outputs } = await read(await infer('simple', { ...simple(), outputs: [{ name: 'OUTPUT1' }] }))
    expect(outputs.map(({ name }) => name)).toEqual(['OUTPUT1'])
  })

  it('gives each of many callers who share runs its own rows', async () => {
    // The first runs of a graph are slow: were they all that is known of it, so many callers would be too many.
    for (let run = 0; run < 10; run++) await infer('simple', simple())
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, caller) => {
        const rows = 1 + (caller % 3)
        const data = Array.from({ length: rows * 16 }, (_, index) => caller * 1000 + index)
        const answer = await infer('simple', simple(data, [rows, 16]))
        return { batch: Number(answer.headers.get('x-batch-size')), data, outputs: (await read(answer)).outputs }
      }),
    )
    for (const { data, outputs } of answers) expect(outputs[0]?.data).toEqual(data.map((one) => 2 * one))
    expect(Math.max(...answers.map(({ batch }) => batch))).toBeGreaterThan(1)
  })

  it('gives the rows of a large request in their order, whichever run each was in', async () => {
    const rows = 5000
    const data = Array.from({ length: rows * 16 }, (_, index) => index)
    for (let round = 0; round < 2; round++) {
      const { outputs } = await read(await infer('many-rows', simple(data, [rows, 16])))
      expect(outputs.map(({ shape }) => shape)).toEqual([
        [rows, 16],
        [rows, 16],
      ])
      expect(outputs[0]?.data).toEqual(data.map((one) => 2 * one))
    }
  })

  it('lets others in between the rows of a large request', async () => {
    const rows = 20_000
    const large = infer('shared-rows', simple(Array(rows * 16).fill(1), [rows, 16]))
    let isAnswered = false
    void large.finally(() => {
      isAnswered = true
    })
    const small = await infer('shared-rows', simple())
    expect([small.status, isAnswered]).toEqual([200, false])
    expect((await read(await large)).outputs[0]?.data).toEqual(Array(rows * 16).fill(2))
  })

  it('is told that its time is over where "timeout" is shorter than the work, and answered where it is not', async () => {
    const timed = (timeout: number, rows: number) =>
      infer('timed', { ...simple(Array(rows * 16).fill(1), [rows, 16]), parameters: { timeout } })
    expect((await timed(600_000_000, 20_000)).status).toBe(200)
    const late = await timed(1, 20_000)
    expect([late.status, await late.json()]).toEqual([504, { error: expect.stringContaining('time') }])
    expect((await timed(0, 1)).status).toBe(200)
  })

  it('answers like scikit-learn itself', async () => {
    const { rows } = await readReference('iris-logistic-regression')
    const data = rows.map((row: { x: number[] }) => row.x)
    const request = { inputs: [{ name: 'X', shape: [rows.length, 4], datatype: 'FP32', data }] }
    const { outputs } = await read(await infer('iris', request))
    expect(outputs[0]).toMatchObject({ name: 'output_label', datatype: 'INT64' })
    expect(outputs[0]?.data).toEqual(rows.map(({ label }: { label: number }) => label))
    const expected = rows.flatMap((row: { probabilities: number[] }) => row.probabilities)
    for (const [index, one] of numbersOf(outputs[1]).entries()) expect(one).toBeCloseTo(expected[index], 5)
  })

  it('gives tokens their vectors, and texts theirs, of a model that pools behind its file', async () => {
    const ids = [1, 5, 6, 2]
    const tensor = (name: string, data: number[]) => ({ name, shape: [1, 4], datatype: 'INT64', data })
    const metadata = (await (await host.ask('/v2/models/tiny')).json()) as { inputs: { name: string }[] }
    const inputs = metadata.inputs.map(({ name }) =>
      tensor(name, name === 'input_ids' ? ids : name === 'attention_mask' ? [1, 1, 1, 1] : [0, 0, 0, 0]),
    )
    const { outputs } = await read(await infer('tiny', { inputs }))
    const tokens = outputs.find(({ shape }) => shape.length === 3)
    const text = outputs.find(({ name }) => name === 'sentence_embedding')
    expect(tokens?.shape.slice(0, 2)).toEqual([1, 4])
    const same = (await (await host.ask('/v1/embeddings', { json: { model: 'tiny', input: ids } })).json()) as {
      data: { embedding: number[] }[]
    }
    for (const [index, one] of numbersOf(text).entries())
      expect(one).toBeCloseTo(same.data[0]?.embedding[index] ?? Number.NaN, 5)
  })
})

describe('tensors as bytes', () => {
  const body = (header: unknown, ...behind: Uint8Array[]) => {
    const json = Buffer.from(JSON.stringify(header))
    return { length: String(json.length), bytes: new Uint8Array(Buffer.concat([json, ...behind])) }
  }
  const send = (
    model: string,
    { length, bytes }: { length: string; bytes: Uint8Array },
    headers: Record<string, string> = {},
  ) =>
    host.ask(`/v2/models/${model}/infer`, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': length, ...headers },
    })

  it('come and go in every type, bit for bit', async () => {
    const sizes = { bool: 1, float16: 2, float32: 4, float64: 8 } as Record<string, number>
    const datatypes = { bool: 'BOOL', float16: 'FP16', float32: 'FP32', float64: 'FP64', string: 'BYTES' } as Record<
      string,
      string
    >
    const tensors = types.map((type) => {
      const bytes =
        type === 'string'
          ? Buffer.from([2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0])
          : Buffer.from(
              Array.from({ length: 2 * (sizes[type] ?? Number(type.replace(/\D+/, '')) / 8) }, (_, at) =>
                type === 'bool' ? at % 2 : 200 - at,
              ),
            )
      return { type, bytes, datatype: datatypes[type] ?? type.toUpperCase() }
    })
    const response = await send(
      'identity',
      body(
        {
          inputs: tensors.map(({ type, datatype, bytes }) => ({
            name: type,
            shape: [1, 2],
            datatype,
            parameters: { binary_data_size: bytes.length },
          })),
          parameters: { binary_data_output: true },
        },
        ...tensors.map(({ bytes }) => bytes),
      ),
    )
    const all = Buffer.from(await response.arrayBuffer())
    expect(response.status, all.toString('latin1').slice(0, 500)).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    let at = Number(response.headers.get('inference-header-content-length'))
    const { outputs } = JSON.parse(all.subarray(0, at).toString()) as Answer
    for (const { type, bytes, datatype } of tensors) {
      const output = outputs.find(({ name }) => name === `${type}_out`)
      expect(output).toEqual({
        name: `${type}_out`,
        shape: [1, 2],
        datatype,
        parameters: { binary_data_size: bytes.length },
      })
      expect(all.subarray(at, at + bytes.length)).toEqual(bytes)
      at += bytes.length
    }
    expect(at).toBe(all.length)
  })

  it('may be all of a body, whose shape follows from the model', async () => {
    const bytes = new Uint8Array(Float32Array.of(5.1, 3.5, 1.4, 0.2, 6.7, 3, 5.2, 2.3).buffer)
    const response = await send('iris', { length: '0', bytes })
    const all = Buffer.from(await response.arrayBuffer())
    const header = JSON.parse(
      all.subarray(0, Number(response.headers.get('inference-header-content-length'))).toString(),
    ) as Answer
    expect(header.outputs[0]).toMatchObject({ name: 'output_label', shape: [2], parameters: { binary_data_size: 16 } })
  })

  it('come and go packed', async () => {
    const data = Array.from({ length: 4096 }, (_, index) => index / 8)
    const request = JSON.stringify({ inputs: [{ name: 'float32', shape: [1, 4096], datatype: 'FP32', data }] })
    const response = await host.ask('/v2/models/echo/infer', {
      method: 'POST',
      body: new Uint8Array(gzipSync(request)),
      headers: { 'content-encoding': 'gzip', 'accept-encoding': 'deflate' },
    })
    expect(response.headers.get('content-encoding')).toBe('deflate')
    const { inflateSync } = await import('node:zlib')
    const answer = JSON.parse(inflateSync(Buffer.from(await response.arrayBuffer())).toString()) as Answer
    expect(answer.outputs[0]?.data).toEqual(data)
  })

  const header = (size: number, shape = [1, 4]) => ({
    inputs: [{ name: 'float32', shape, datatype: 'FP32', parameters: { binary_data_size: size } }],
  })
  it.each([
    ['ends before its tensor does', () => body(header(16), new Uint8Array(15))],
    ['has bytes that belong to no tensor', () => body(header(16), new Uint8Array(17))],
    ['has a tensor of another size than its shape', () => body(header(12), new Uint8Array(12))],
    ['says a header that is longer than it', () => ({ length: '4096', bytes: new Uint8Array(8) })],
    ['says a header that is no number', () => ({ length: '-1', bytes: new Uint8Array(8) })],
    ['cuts its header short', () => ({ ...body(header(16), new Uint8Array(16)), length: '20' })],
    ['has a shape beyond what numbers hold', () => body(header(16, [2 ** 40, 2 ** 40]), new Uint8Array(16))],
    ['has a negative dimension', () => body(header(16, [-1, -4]), new Uint8Array(16))],
    ['has a dimension that is no whole number', () => body(header(16, [0.5, 8]), new Uint8Array(16))],
    ['has no rows', () => body(header(0, [0, 4]), new Uint8Array(0))],
  ])('are refused of a body that %s', async (_what, made) => {
    const response = await send('echo', made())
    expect([response.status, await response.json()]).toEqual([400, { error: expect.any(String) }])
  })

  it('are refused as texts that lie about their lengths or are not UTF-8', async () => {
    for (const bytes of [
      [255, 255, 255, 255, 65],
      [1, 0, 0, 0, 255],
      [9, 0],
    ]) {
      const request = {
        inputs: [{ name: 'string', shape: [1, 1], datatype: 'BYTES', parameters: { binary_data_size: bytes.length } }],
      }
      const response = await send('texts', body(request, Uint8Array.from(bytes)))
      expect([response.status, await response.json()]).toEqual([400, { error: expect.any(String) }])
    }
  })

  it('are refused of a body that says that it is larger than any, and not told to come again', async () => {
    const headers = { 'content-length': '9007199254740993', 'content-type': 'application/json' }
    const response = await host.ask('/v2/models/echo/infer', { method: 'POST', body: '{}', headers })
    expect([response.status, await response.json()]).toEqual([413, { error: expect.stringContaining('67108864') }])
  })

  it('are refused of a body that unpacks to more than any request', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(80 * 1024 * 1024)))
    const response = await send('echo', { length: '10', bytes: bomb }, { 'content-encoding': 'gzip' })
    expect([response.status, await response.json()]).toEqual([413, { error: expect.any(String) }])
  })
})

describe('over a port', () => {
  async function atPort() {
    const server = listen({ fetch: host.serving.app.fetch, port: 0 })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    onTestFinished(() => void server.close())
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${host.token}` }
    const url = `http://127.0.0.1:${port}/v2/models/echo/infer`
    return (body: Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) =>
      fetch(url, { method: 'POST', body, headers: { ...headers, ...more } })
  }
  const large = () => {
    const numbers = new Float32Array(500_000).fill(0.25)
    const json = {
      inputs: [
        {
          name: 'float32',
          shape: [1, numbers.length],
          datatype: 'FP32',
          parameters: { binary_data_size: numbers.byteLength },
        },
      ],
    }
    const header = Buffer.from(JSON.stringify(json))
    const bytes = new Uint8Array(Buffer.concat([header, Buffer.from(numbers.buffer)]))
    return { bytes, headers: { 'inference-header-content-length': String(header.length) } }
  }

  it('a large body arrives as it was sent', async () => {
    const post = await atPort()
    const { bytes, headers } = large()
    const { outputs } = await read(await post(bytes, headers))
    expect(outputs[0]?.data).toEqual(Array(500_000).fill(0.25))
  })

  it('a body that unpacks to more than any is answered, and the connection goes on', async () => {
    const post = await atPort()
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(300_000_000)))
    for (let time = 0; time < 3; time++) {
      const response = await post(bomb, { 'content-encoding': 'gzip' })
      expect([response.status, await response.json()]).toEqual([413, { error: expect.stringContaining('67108864') }])
    }
    const { bytes, headers } = large()
    expect((await post(bytes, headers)).status).toBe(200)
  }, 30_000)
})

describe('what is not a request', () => {
  const one = (change: object) => ({
    inputs: [{ name: 'float32', shape: [1, 2], datatype: 'FP32', data: [1, 2], ...change }],
  })
  it.each<[string, string]>([
    ['no JSON', '{'],
    ['NaN', '{"inputs":[{"name":"float32","shape":[1,1],"datatype":"FP32","data":[NaN]}]}'],
    ['endless depth', `{"inputs":[{"name":"float32","shape":[1],"datatype":"FP32","data":${'['.repeat(100_000)}`],
    ['endless depth elsewhere', `{"parameters":${'['.repeat(100_000)}`],
    ['null', JSON.stringify(one({ data: [null, 1] }))],
    ['a number beyond float32', JSON.stringify(one({ data: [1e300, 1] }))],
    ['too few elements', JSON.stringify(one({ data: [1] }))],
    ['too many elements', JSON.stringify(one({ data: [1, 2, 3] }))],
    ['ragged lists', JSON.stringify(one({ shape: [2, 2], data: [[1, 2], [3]] }))],
    ['lists beside elements', JSON.stringify(one({ data: [[1], 2] }))],
    ['another type', JSON.stringify(one({ datatype: 'FP64' }))],
    ['a type that is none', JSON.stringify(one({ datatype: 'FP99' }))],
    ['another name', JSON.stringify(one({ name: 'y' }))],
    ['an object among the elements', JSON.stringify(one({ data: [{}, 1] }))],
    ['no data', JSON.stringify({ inputs: [{ name: 'float32', shape: [1, 2], datatype: 'FP32' }] })],
    ['no inputs', '{"inputs":[]}'],
    ['an output that is none', JSON.stringify({ ...one({}), outputs: [{ name: 'z' }] })],
    ['a timeout that is none', JSON.stringify({ ...one({}), parameters: { timeout: 'x' } })],
    ['a timeout before now', JSON.stringify({ ...one({}), parameters: { timeout: -1 } })],
    ['a priority that is none', JSON.stringify({ ...one({}), parameters: { priority: 1.5 } })],
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

  it('is refused with a million rows, and others are answered while a million numbers are read', async () => {
    const data = `[${'0.25,'.repeat(999_999)}0.25]`
    const million = (shape: string) =>
      `{"inputs":[{"name":"float32","shape":${shape},"datatype":"FP32","data":${data}}]}`
    const refused = await host.ask('/v2/models/echo/infer', { method: 'POST', body: million('[1000000,1]') })
    expect([refused.status, await refused.json()]).toEqual([400, { error: expect.stringContaining('rows') }])
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const answered = await host.ask('/v2/models/echo/infer', { method: 'POST', body: million('[1000,1000]') })
    clearInterval(timer)
    const { outputs } = await read(answered)
    expect(outputs[0]?.data).toHaveLength(1_000_000)
    // How long each took depends on who else is on the machine; that there were many does not.
    expect(turns).toBeGreaterThan(40)
  })

  it('keeps the digits of whole numbers beyond what JSON’s readers keep', async () => {
    const body = '{"inputs":[{"name":"int64","shape":[1,1],"datatype":"INT64","data":[9223372036854775807]}]}'
    const answer = await host.ask('/v2/models/whole/infer', { method: 'POST', body })
    expect(await answer.text()).toContain('"data":[9223372036854775807]')
  })

  it('is told apart by who asks: without a token, nothing', async () => {
    const response = await host.ask('/v2/models/simple/infer', { json: simple(), token: null })
    expect([response.status, await response.json()]).toEqual([401, { error: expect.any(String) }])
  })
})

it('counts what it did in Triton’s statistics', async () => {
  const { model_stats } = (await (await host.ask('/v2/models/simple/stats')).json()) as {
    model_stats: {
      inference_count: number
      execution_count: number
      inference_stats: { success: { count: number; ns: number } }
    }[]
  }
  const [one] = model_stats
  expect(one?.inference_count).toBeGreaterThan(40)
  expect(one?.execution_count).toBeLessThan(one?.inference_count ?? 0)
  expect(one?.inference_stats.success.ns).toBeGreaterThan(0)
})

it('counts what it did under the names of Triton’s metrics', async () => {
  const text = await (await host.ask('/metrics')).text()
  const of = (name: string) =>
    Number(new RegExp(`^${name}\\{model="simple",version="1"\\} (\\d+)$`, 'm').exec(text)?.[1])
  expect(of('nv_inference_request_success')).toBeGreaterThan(40)
  expect(of('nv_inference_exec_count')).toBeLessThan(of('nv_inference_count'))
  expect(of('nv_inference_compute_infer_duration_us')).toBeGreaterThan(0)
})

it('answers the pipeline of a graph without a task with nested lists by name', async () => {
  const ask = (inputs: unknown) => host.ask('/models/triton/echo', { json: { inputs } })
  const answer = await ask({
    float32: [
      [1.5, 2],
      [3, 4],
    ],
  })
  expect([answer.status, await answer.json()]).toEqual([
    200,
    {
      float32_out: [
        [1.5, 2],
        [3, 4],
      ],
    },
  ])
  for (const inputs of [
    [1],
    { x: [[1]] },
    { float32: [[1], [2, 3]] },
    { float32: [['a']] },
    { float32: [[[1]]] },
    { float32: [] },
  ]) {
    const refused = await ask(inputs)
    expect([refused.status, await refused.json()]).toEqual([
      422,
      expect.objectContaining({ error: expect.any(String) }),
    ])
  }
})

it('answers for an output of maps with the tensor behind them', async () => {
  const { rows } = await readReference('iris-logistic-regression-zipmap')
  const data = rows.map((row: { x: number[] }) => row.x)
  const request = { inputs: [{ name: 'X', shape: [rows.length, 4], datatype: 'FP32', data }] }
  const { outputs } = await read(await infer('zipmap', request))
  const output = outputs.find(({ name }) => name === 'output_probability')
  expect(output?.shape).toEqual([rows.length, 3])
  const expected = rows.flatMap((row: { probabilities: number[] }) => row.probabilities)
  for (const [index, one] of numbersOf(output).entries()) expect(one).toBeCloseTo(expected[index], 5)
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn } from '../../../../support/files-in.ts'
import { fixtureModel, readReference } from '../../support/folders.ts'
import { inferOn, numbersOf, readAnswer, simpleRequest, sixteen, tensorsModel } from '../../support/oip-requests.ts'
import { embedderModel, irisModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([
    tensorsModel('simple', simpleGraph()),
    // A graph not yet known to be slow refuses nothing, however busy the test machine is.
    tensorsModel('many-rows', simpleGraph()),
    tensorsModel('shared-rows', simpleGraph()),
    tensorsModel('timed', simpleGraph()),
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

describe('POST /v2/models/{model}/infer', () => {
  it('adds and subtracts, flat or nested, and echoes the id', async () => {
    for (const data of [sixteen, [sixteen]]) {
      const { outputs, ...about } = await readAnswer(await inferOn(host, 'simple', simpleRequest(data)))
      expect(about).toEqual({ model_name: 'simple', model_version: expect.any(String), id: 'a-1' })
      const zero = { shape: [1, 16], datatype: 'INT32' }
      expect(outputs).toEqual([
        { name: 'OUTPUT0', ...zero, data: sixteen.map((one) => 2 * one) },
        { name: 'OUTPUT1', ...zero, data: sixteen.map(() => 0) },
      ])
    }
  })

  it('returns only the requested outputs', async () => {
    const { outputs } = await readAnswer(
      await inferOn(host, 'simple', { ...simpleRequest(), outputs: [{ name: 'OUTPUT1' }] }),
    )
    expect(outputs.map(({ name }) => name)).toEqual(['OUTPUT1'])
  })

  it('returns its own rows to each of many callers who share runs', async () => {
    // The first runs of a graph are slow; if only they were known, 40 callers would be too many.
    for (let run = 0; run < 10; run++) await inferOn(host, 'simple', simpleRequest())
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, caller) => {
        const rows = 1 + (caller % 3)
        const data = Array.from({ length: rows * 16 }, (_, index) => caller * 1000 + index)
        const answer = await inferOn(host, 'simple', simpleRequest(data, [rows, 16]))
        return { batch: Number(answer.headers.get('x-batch-size')), data, outputs: (await readAnswer(answer)).outputs }
      }),
    )
    for (const { data, outputs } of answers) expect(outputs[0]?.data).toEqual(data.map((one) => 2 * one))
    expect(Math.max(...answers.map(({ batch }) => batch))).toBeGreaterThan(1)
  })

  it('returns the rows of a large request in order, across runs', async () => {
    const rows = 5000
    const data = Array.from({ length: rows * 16 }, (_, index) => index)
    for (let round = 0; round < 2; round++) {
      const { outputs } = await readAnswer(await inferOn(host, 'many-rows', simpleRequest(data, [rows, 16])))
      expect(outputs.map(({ shape }) => shape)).toEqual([
        [rows, 16],
        [rows, 16],
      ])
      expect(outputs[0]?.data).toEqual(data.map((one) => 2 * one))
    }
  })

  it('answers others between the rows of a large request', async () => {
    const rows = 20_000
    const large = inferOn(host, 'shared-rows', simpleRequest(Array(rows * 16).fill(1), [rows, 16]))
    let isAnswered = false
    void large.finally(() => {
      isAnswered = true
    })
    const small = await inferOn(host, 'shared-rows', simpleRequest())
    expect([small.status, isAnswered]).toEqual([200, false])
    expect((await readAnswer(await large)).outputs[0]?.data).toEqual(Array(rows * 16).fill(2))
  })

  it('answers 504 if "timeout" is shorter than the work, and 200 if not', async () => {
    const timed = (timeout: number, rows: number) =>
      inferOn(host, 'timed', { ...simpleRequest(Array(rows * 16).fill(1), [rows, 16]), parameters: { timeout } })
    expect((await timed(600_000_000, 20_000)).status).toBe(200)
    const late = await timed(1, 20_000)
    expect([late.status, await late.json()]).toEqual([504, { error: expect.stringContaining('time') }])
    expect((await timed(0, 1)).status).toBe(200)
  })

  it('gives the same answers as scikit-learn', async () => {
    const { rows } = await readReference('iris-logistic-regression')
    const data = rows.map((row: { x: number[] }) => row.x)
    const request = { inputs: [{ name: 'X', shape: [rows.length, 4], datatype: 'FP32', data }] }
    const { outputs } = await readAnswer(await inferOn(host, 'iris', request))
    expect(outputs[0]).toMatchObject({ name: 'output_label', datatype: 'INT64' })
    expect(outputs[0]?.data).toEqual(rows.map(({ label }: { label: number }) => label))
    const expected = rows.flatMap((row: { probabilities: number[] }) => row.probabilities)
    const probabilities = numbersOf(outputs[1])
    expect(probabilities).toHaveLength(rows.length * 3)
    for (const [index, one] of probabilities.entries()) expect(one).toBeCloseTo(expected[index], 5)
  })

  it('returns token vectors and text vectors for a model that is pooled after its file', async () => {
    const ids = [1, 5, 6, 2]
    const tensor = (name: string, data: number[]) => ({ name, shape: [1, 4], datatype: 'INT64', data })
    const metadata = (await (await host.ask('/v2/models/tiny')).json()) as { inputs: { name: string }[] }
    const inputs = metadata.inputs.map(({ name }) =>
      tensor(name, name === 'input_ids' ? ids : name === 'attention_mask' ? [1, 1, 1, 1] : [0, 0, 0, 0]),
    )
    const { outputs } = await readAnswer(await inferOn(host, 'tiny', { inputs }))
    const tokens = outputs.find(({ shape }) => shape.length === 3)
    const text = outputs.find(({ name }) => name === 'sentence_embedding')
    expect(tokens?.shape.slice(0, 2)).toEqual([1, 4])
    const same = (await (await host.ask('/v1/embeddings', { json: { model: 'tiny', input: ids } })).json()) as {
      data: { embedding: number[] }[]
    }
    const vector = same.data[0]?.embedding ?? []
    expect(vector.length).toBeGreaterThan(0)
    expect(numbersOf(text)).toHaveLength(vector.length)
    for (const [index, one] of numbersOf(text).entries()) expect(one).toBeCloseTo(vector[index] ?? Number.NaN, 5)
  })

  it('returns an output of maps as its underlying tensor', async () => {
    const { rows } = await readReference('iris-logistic-regression-zipmap')
    const data = rows.map((row: { x: number[] }) => row.x)
    const request = { inputs: [{ name: 'X', shape: [rows.length, 4], datatype: 'FP32', data }] }
    const { outputs } = await readAnswer(await inferOn(host, 'zipmap', request))
    const output = outputs.find(({ name }) => name === 'output_probability')
    expect(output?.shape).toEqual([rows.length, 3])
    const expected = rows.flatMap((row: { probabilities: number[] }) => row.probabilities)
    const probabilities = numbersOf(output)
    expect(probabilities).toHaveLength(rows.length * 3)
    for (const [index, one] of probabilities.entries()) expect(one).toBeCloseTo(expected[index], 5)
  })
})

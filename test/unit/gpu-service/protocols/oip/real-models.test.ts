import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn } from '../../../../support/files-in.ts'
import {
  minilmFp32,
  minilmInt8,
  modelsFolder,
  readMinilmReference,
  realFiles,
} from '../../../../support/real-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

const folder = modelsFolder ?? ''
const tables = ['digits-mlp', 'breast-cancer-random-forest'] as const

interface Output {
  name: string
  shape: number[]
  data?: number[]
  parameters?: { binary_data_size: number }
}

/** The tensors of an answer as numbers, whether they came as JSON or as bytes. */
async function readTensors(response: Response): Promise<Record<string, { shape: number[]; data: number[] }>> {
  const body = Buffer.from(await response.arrayBuffer())
  expect(response.status, body.toString('latin1').slice(0, 300)).toBe(200)
  let at = Number(response.headers.get('inference-header-content-length') ?? body.length)
  const { outputs } = JSON.parse(body.subarray(0, at).toString()) as { outputs: Output[] }
  return Object.fromEntries(
    outputs.map(({ name, shape, data, parameters }) => {
      const bytes = body.subarray(at, at + (parameters?.binary_data_size ?? 0))
      at += bytes.length
      const view = new Uint8Array(bytes).buffer
      const isWhole = bytes.length === 8 * shape.reduce((product, size) => product * size, 1)
      const numbers = isWhole ? Array.from(new BigInt64Array(view), Number) : [...new Float32Array(view)]
      return [name, { shape, data: data ?? numbers }]
    }),
  )
}

/** The inputs as JSON, or as binary tensors that ask for binary outputs. */
function bodyOf(inputs: { name: string; shape: number[]; numbers: Float32Array | BigInt64Array }[], isBinary: boolean) {
  const datatype = (numbers: Float32Array | BigInt64Array) => (numbers instanceof Float32Array ? 'FP32' : 'INT64')
  const header = inputs.map(({ name, shape, numbers }) => ({
    name,
    shape,
    datatype: datatype(numbers),
    ...(isBinary
      ? { parameters: { binary_data_size: numbers.byteLength } }
      : { data: Array.from<number | bigint, number>(numbers, Number) }),
  }))
  const json = Buffer.from(JSON.stringify({ inputs: header, parameters: { binary_data_output: isBinary } }))
  if (!isBinary) return { body: new Uint8Array(json), headers: { 'content-type': 'application/json' } }
  const bytes = inputs.map(({ numbers }) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength))
  const headers = { 'inference-header-content-length': String(json.length) }
  return { body: new Uint8Array(Buffer.concat([json, ...bytes])), headers }
}

describe.skipIf(modelsFolder === undefined).each([
  ['as JSON', false],
  ['as bytes', true],
])('tensors %s', (_name, isBinary) => {
  let host: TestServing
  beforeAll(async () => {
    const tabular = tables.map(async (name) => ({
      name,
      repo: `sklearn/${name}`,
      task: 'tabular-classification',
      file: 'model.onnx',
      files: await filesIn(join(folder, 'sklearn', name)),
    }))
    const embedders = [minilmInt8, minilmFp32].flatMap((model, index) => (model ? [{ model, index }] : []))
    const minilms = embedders.map(async ({ model, index }) => ({
      ...model,
      name: index === 0 ? 'int8' : 'fp32',
      // One repo has one revision here.
      repo: `${model.repo}-${index}`,
      task: 'feature-extraction',
      files: await realFiles(model),
    }))
    host = await startTestServing(await Promise.all([...tabular, ...minilms]))
  })
  afterAll(() => host?.close())

  const ask = (model: string, inputs: Parameters<typeof bodyOf>[0]) =>
    host.ask(`/v2/models/${model}/infer`, { method: 'POST', ...bodyOf(inputs, isBinary) })

  it.each(tables)('of %s give the labels and probabilities of scikit-learn', async (name) => {
    const { rows } = JSON.parse(await readFile(join(folder, `reference/${name}.json`), 'utf8')) as {
      rows: { x: number[]; label: number; probabilities: number[] }[]
    }
    const width = rows[0]?.x.length ?? 0
    const numbers = Float32Array.from(rows.flatMap(({ x }) => x))
    const answer = await readTensors(await ask(name, [{ name: 'X', shape: [rows.length, width], numbers }]))
    expect(answer.output_label?.data).toEqual(rows.map(({ label }) => label))
    const wanted = rows.flatMap(({ probabilities }) => probabilities)
    expect(answer.output_probability?.shape).toEqual([rows.length, wanted.length / rows.length])
    for (const [index, probability] of wanted.entries())
      expect(answer.output_probability?.data[index]).toBeCloseTo(probability, 5)
  })

  const minilms = [
    { name: 'int8', model: minilmInt8, cosineMin: 0.96 },
    { name: 'fp32', model: minilmFp32, cosineMin: 0.9999 },
  ]
  for (const { name, model, cosineMin } of minilms)
    it.skipIf(model === undefined)(
      `of MiniLM ${name} match sentence-transformers within the precision of the weights`,
      async () => {
        const { rows } = await readMinilmReference()
        for (const { input_ids: ids, vector } of rows.slice(0, 12)) {
          const input = (of: string, value: (id: number) => number) => ({
            name: of,
            shape: [1, ids.length],
            numbers: BigInt64Array.from(ids, (id) => BigInt(value(id))),
          })
          const inputs = [
            input('input_ids', (id) => id),
            input('attention_mask', () => 1),
            input('token_type_ids', () => 0),
          ]
          const answer = await readTensors(await ask(name, inputs))
          expect(answer.last_hidden_state?.shape).toEqual([1, ids.length, vector.length])
          const found = answer.sentence_embedding?.data ?? []
          const product = vector.reduce((total, value, index) => total + value * (found[index] ?? 0), 0)
          expect(product / (Math.hypot(...vector) * Math.hypot(...found))).toBeGreaterThan(cosineMin)
        }
      },
    )
})

import { afterAll, beforeAll, expect } from 'vitest'
import { embedderModel } from './test-models.ts'
import { startTestServing, type TestModel, type TestServing } from './test-serving.ts'

/** The length of the vectors. */
export const width = 16
export const json = (value: unknown) => Buffer.from(JSON.stringify(value))
export const module = (path: string, kind: string) => ({ path, type: `sentence_transformers.models.${kind}` })
/** The modules of most repos. */
export const plain = [module('', 'Transformer'), module('1_Pooling', 'Pooling')]

/** The tiny embedder with other files. */
export async function variant(name: string, files: Record<string, Buffer>): Promise<TestModel> {
  const model = await embedderModel(name)
  return { ...model, repo: `slipway-tests/${name}`, files: { ...model.files, ...files } }
}

/** The same without a list of modules. */
export async function withoutModules(name: string, config: object, sentence?: object): Promise<TestModel> {
  const whole = { vocab_size: 64, max_position_embeddings: 64, ...config }
  const model = await variant(name, {
    'config.json': json(whole),
    ...(sentence && { 'config_sentence_transformers.json': json(sentence) }),
  })
  const { 'modules.json': _, '1_Pooling/config.json': __, ...files } = model.files
  return { ...model, files }
}

/** Serves variants of the tiny embedder to the tests of a file. */
export function useRepos(models: () => (TestModel | Promise<TestModel>)[] | Promise<TestModel[]>) {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing(await Promise.all(await models()))
  })
  afterAll(() => host.close())
  const ask = (path: string, body?: object) => host.ask(path, body && { json: body })
  const post = async (name: string, path: string, body: object) =>
    (await (await ask(`/api/v1/predict/${name}${path}`, body)).json()) as number[][]
  const embed = (name: string, inputs: unknown, more: object = {}) => post(name, '', { inputs, ...more })
  const allTokens = async (inputs: string) =>
    ((await post('plain', '/embed_all', { inputs })) as unknown as [number[][]])[0]
  return { ask, post, embed, allTokens }
}

export function expectNear(actual: number[] | undefined, expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(Math.abs((actual?.[i] ?? Number.NaN) - value)).toBeLessThan(1e-5)
}
/** The vector with length 1. */
export const unit = (vector: number[]) => {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return vector.map((value) => value / length)
}
export const mean = (tokens: number[][]) =>
  Array.from({ length: width }, (_, column) => tokens.reduce((sum, one) => sum + (one[column] ?? 0), 0) / tokens.length)

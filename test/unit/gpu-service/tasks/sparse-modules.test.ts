import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn } from '../../../support/files-in.ts'
import { modelsFolder } from '../../../support/real-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const folder = modelsFolder && join(modelsFolder, 'slipway/tiny-bert-mlm')
const texts = ['the function returns a list of strings', 'raise an error']
const tasks = ['feature-extraction', 'fill-mask']

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
/** The list of modules that sentence-transformers writes. */
const modules = (...listed: [path: string, kind: string][]) =>
  json(listed.map(([path, kind]) => ({ path, type: `sentence_transformers.models.${kind}` })))
const splade = modules(['', 'MLMTransformer'], ['1_SpladePooling', 'SpladePooling'])
const short = { 'modules.json': splade, 'config_sentence_transformers.json': json({ max_active_dims: 5 }) }

let host: TestServing | undefined
beforeAll(async () => {
  if (folder === undefined) return
  const files = await filesIn(folder)
  const model = (name: string, task: string, more: Record<string, Buffer>) => ({
    name,
    repo: `slipway/${name}`,
    file: 'onnx/model.onnx',
    task,
    files: { ...files, ...more },
  })
  host = await startTestServing([
    model('whole', 'feature-extraction', { 'modules.json': splade }),
    ...tasks.map((task) => model(`short-${task}`, task, short)),
    ...['Router', 'Asym', 'SparseStaticEmbedding'].map((kind) =>
      model(kind.toLowerCase(), 'fill-mask', { 'modules.json': modules(['', kind]) }),
    ),
  ])
})
afterAll(() => host?.close())

type Vectors = { index: number; value: number }[][]
async function sparse(name: string): Promise<Vectors> {
  const response = await host?.ask(`/api/v1/predict/${name}/embed_sparse`, { json: { inputs: texts } })
  return (await response?.json()) as Vectors
}
const info = async (name: string) => (await host?.ask(`/api/v1/predict/${name}/info`))?.json()

describe('the modules of a sparse encoder', () => {
  it.skipIf(folder === undefined).each(tasks)(
    'only the largest weights of a text are returned if the repo limits their number: %s',
    async (task) => {
      const limited = await sparse(`short-${task}`)
      for (const [index, vector] of (await sparse('whole')).entries()) {
        expect(vector.length).toBeGreaterThan(5)
        const largest = vector.toSorted((one, other) => other.value - one.value).slice(0, 5)
        expect(limited[index]).toEqual(largest.sort((one, other) => one.index - other.index))
      }
      expect(await info(`short-${task}`)).toMatchObject({ maxActiveDims: 5 })
    },
  )

  it.skipIf(folder === undefined).each(['Router', 'Asym', 'SparseStaticEmbedding'])(
    'a masked-word model makes no sparse vectors if its repo has other ones for queries, and tells why: %s',
    async (kind) => {
      expect(await info(kind.toLowerCase())).toMatchObject({ noSparseBecause: expect.stringContaining(`"${kind}"`) })
      expect(await sparse(kind.toLowerCase())).toMatchObject({ error: expect.stringContaining('sparse embeddings') })
    },
  )
})

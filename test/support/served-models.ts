import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApi } from './http.ts'
import { startHub } from './hub/start-hub.ts'
import { startLocalHost } from './local-host.ts'
import { modelsFolder } from './real-models.ts'

/** What each of the small models does, by its deployment's name. */
export const servedRepos = {
  sentiment: 'slipway/tiny-bert-sentiment',
  reranker: 'slipway/tiny-bert-reranker',
  ner: 'slipway/tiny-bert-ner',
  nli: 'slipway/tiny-bert-nli',
  mlm: 'slipway/tiny-bert-mlm',
  qa: 'slipway/tiny-bert-qa',
  vit: 'slipway/tiny-vit',
  clip: 'slipway/tiny-clip',
  flava: 'slipway/tiny-flava',
  minilm: 'sentence-transformers/all-MiniLM-L6-v2',
  iris: 'sklearn/iris-logistic-regression',
} as const

export type ServedName = keyof typeof servedRepos

/** A local host that has pulled and deployed every small model of the folder of models, as a team would. */
export async function serveModels() {
  const folder = modelsFolder
  if (folder === undefined) throw new Error('the models are not there')
  const repos = Object.fromEntries(Object.values(servedRepos).map((repo) => [repo, join(folder, repo)]))
  const hub = await startHub({ repos })
  const host = await startLocalHost({ environment: { HF_ENDPOINT: hub.url }, parameters: ['--no-sample'] })
  const api = createApi(host)
  const deployed = Object.entries(servedRepos).map(async ([name, repo]) => {
    const pulled = await api.pull(`hf://${repo}`)
    if (pulled.state !== 'READY') throw new Error(`${repo} could not be pulled: ${pulled.reason}`)
    const file = name === 'minilm' ? { file: 'onnx/model_int8.onnx' } : {}
    const made = await api.deploy(repo, { name, ...file })
    if (made.state !== 'READY') throw new Error(`${repo} could not be deployed: ${made.reason}`)
  })
  await Promise.all(deployed)
  return {
    api,
    url: host.url,
    key: host.key,
    reference: async (name: string) => JSON.parse(await readFile(join(folder, `reference/${name}.json`), 'utf8')),
    picture: (name: string) => readFile(join(folder, 'reference/images', name)),
    async close() {
      await host.close()
      await hub.close()
    },
  }
}

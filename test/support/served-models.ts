import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApi } from './http.ts'
import { startHub } from './hub/start-hub.ts'
import { startLocalHost } from './local-host.ts'
import { modelsFolder } from './real-models.ts'

/** The small models by the name of their deployment. */
export const servedRepos = {
  sentiment: 'team/tiny-bert-sentiment',
  reranker: 'team/tiny-bert-reranker',
  ner: 'team/tiny-bert-ner',
  nli: 'team/tiny-bert-nli',
  mlm: 'team/tiny-bert-mlm',
  qa: 'team/tiny-bert-qa',
  vit: 'team/tiny-vit',
  clip: 'team/tiny-clip',
  minilm: 'sentence-transformers/all-MiniLM-L6-v2',
  iris: 'sklearn/iris-logistic-regression',
} as const

/** The folder keeps the small models under the platform's own owner, into which no import is allowed. */
const folderOf = (repo: string): string => repo.replace(/^team\//, 'slipway/')

export type ServedName = keyof typeof servedRepos

/** A local host that has pulled and deployed every small model of the models folder. */
export async function serveModels() {
  const folder = modelsFolder
  if (folder === undefined) throw new Error('the models are not there')
  const repos = Object.fromEntries(Object.values(servedRepos).map((repo) => [repo, join(folder, folderOf(repo))]))
  const hub = await startHub({ repos })
  const host = await startLocalHost({ environment: { HF_ENDPOINT: hub.url }, parameters: ['--no-sample'] })
  const api = createApi(host)
  // One by one: together they would wait for each other longer than a test may.
  for (const [name, repo] of Object.entries(servedRepos)) {
    const pulled = await api.pull(`hf://${repo}`)
    if (pulled.state !== 'READY') throw new Error(`${repo} could not be pulled: ${pulled.reason}`)
    const file = name === 'minilm' ? { file: 'onnx/model_int8.onnx' } : {}
    const made = await api.deploy(repo, { name, ...file })
    if (made.state !== 'READY') throw new Error(`${repo} could not be deployed: ${made.reason}`)
  }
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

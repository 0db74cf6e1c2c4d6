import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { startServing } from '../../gpu-service/serving.ts'
import { createToken, hashToken } from '../../shared/auth/token.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import { createDeployment } from '../../shared/table/deployments.ts'
import { splitName } from '../../shared/table/repo-item.ts'
import { startTable } from '../support/dynoxide.ts'
import { publish, repoIdOf } from '../support/publish.ts'
import { type RealModel, realFiles } from '../support/real-models.ts'

/** The serving app in a process of its own, as the benchmark's parent asks for it; tells its port when it is ready. */
const [given = '{}'] = process.argv.slice(2)
const { model, options } = JSON.parse(given) as { model: RealModel; options: Record<string, unknown> }
const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
const database = await startTable()
const objects = createFolderObjectStore({ root: join(folder, 'objects') })
const revision = 'b'.repeat(40)
await publish({ objects, repo: model.repo, revision, files: await realFiles(model) })
const of = { owner: splitName(model.repo).owner, repo: model.repo, repoId: repoIdOf(model.repo) }
const deployed = { ...of, name: 'bench', ref: 'main', target: model.repo, revision, file: model.file }
const createdAt = new Date().toISOString()
await createDeployment(database.table, { ...deployed, task: 'feature-extraction', createdAt, createdBy: 'bench' })

const token = createToken()
const serving = startServing({
  table: database.table,
  objects,
  config: { device: 'cpu', cacheDir: join(folder, 'cache'), adminKeySha256: hashToken(token), ...options },
  log: createLogger({ level: 'error', name: 'bench' }),
  metrics: createMetrics(),
  workerUrl: new URL('../../gpu-service/engine/worker.ts', import.meta.url),
})
await serving.ready
const server = serve({ fetch: serving.app.fetch, port: 0 }, ({ port }) =>
  process.send?.({ port, token, revision, folder }),
)
process.on('message', async (asked) => {
  if (asked === 'cpu') return process.send?.({ cpu: process.threadCpuUsage(), rssMiB: process.memoryUsage().rss / 2 ** 20 })
  server.close()
  await serving.close()
  await database.close()
  await rm(folder, { recursive: true, force: true })
  process.exit(0)
})

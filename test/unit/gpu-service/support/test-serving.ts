import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Serving, startServing } from '../../../../gpu-service/serving.ts'
import type { ServingConfig } from '../../../../gpu-service/serving-config.ts'
import type { Isolation } from '../../../../gpu-service/tasks/isolation.ts'
import { createToken, hashToken } from '../../../../shared/auth/token.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics, type Metrics } from '../../../../shared/metrics.ts'
import { objectAccess } from '../../../../shared/objects/access.ts'
import { createDeployment } from '../../../../shared/table/deployments.ts'
import { splitName } from '../../../../shared/table/repo-item.ts'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'
import { guardedObjects } from '../../../support/guarded-objects.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { createMemoryObjects, type MemoryObjects } from './memory-objects.ts'
import { workerUrl } from './worker-url.ts'

export { workerUrl }

export interface TestModel {
  /** The name of the deployment. */
  name: string
  repo: string
  task: string
  file: string
  files: Record<string, Buffer>
  ref?: string
  isolate?: Isolation
}

export interface TestServing {
  serving: Serving
  objects: MemoryObjects
  table: TestTable['table']
  metrics: Metrics
  cacheDir: string
  /** The key that `ask` sends. */
  token: string
  deploy(model: TestModel): Promise<{ revision: string }>
  /** Sends a request to the app, with a key that may infer unless told otherwise. */
  ask(path: string, request?: RequestInit & { json?: unknown; token?: string | null }): Promise<Response>
  close(): Promise<void>
}

/** The whole service with real engines over a real table, without a port. */
export async function startTestServing(
  models: TestModel[],
  config: Partial<ServingConfig> = {},
  engineUrl = workerUrl,
  /** A replica whose table and objects it shares. */
  beside?: Pick<TestServing, 'table' | 'objects'>,
): Promise<TestServing> {
  const database = beside === undefined ? await startTable() : { table: beside.table, close: async () => {} }
  const { table } = database
  const objects = beside?.objects ?? createMemoryObjects()
  const cacheDir = await mkdtemp(join(tmpdir(), 'slipway-serving-'))
  const token = createToken()
  const deploy = async ({ files, ref = 'main', ...item }: TestModel) => {
    const revision = randomBytes(20).toString('hex')
    await publish({ objects, repo: item.repo, revision, files })
    const target = `${item.repo}@${ref}`
    await createDeployment(table, {
      ...item,
      owner: splitName(item.repo).owner,
      repoId: repoIdOf(item.repo),
      target,
      ref,
      revision,
      createdAt: new Date().toISOString(),
      createdBy: 'test',
    })
    return { revision }
  }
  for (const model of models) await deploy(model)
  const metrics = createMetrics()
  const serving = startServing({
    table,
    objects: guardedObjects(objects, objectAccess.inference),
    config: { device: 'cpu', cacheDir, engines: 2, reconcileMs: 20, adminKeySha256: hashToken(token), ...config },
    log: createLogger({ level: 'silent', name: 'test' }),
    metrics,
    workerUrl: engineUrl,
  })
  await serving.ready
  return {
    serving,
    objects,
    table,
    metrics,
    cacheDir,
    token,
    deploy,
    async ask(path, { json, token: other = token, ...request } = {}) {
      const headers = new Headers(request.headers)
      if (other !== null) headers.set('authorization', `Bearer ${other}`)
      if (json !== undefined) headers.set('content-type', 'application/json')
      const body = json === undefined ? request.body : JSON.stringify(json)
      const method = request.method ?? (body === undefined ? 'GET' : 'POST')
      return serving.app.request(path, { ...request, method, headers, ...(body !== undefined && { body }) })
    },
    async close() {
      await serving.close()
      await database.close()
      await rm(cacheDir, { recursive: true, force: true })
    },
  }
}

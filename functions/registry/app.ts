import { routes } from '../../shared/contract/routes.ts'
import { createPlatformApp, type PlatformAppOptions } from '../../shared/http/platform-app.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { ModelDevice } from '../../shared/model/precision.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { watchLookups } from '../../shared/table/lookups.ts'
import { defaultQuotas } from '../../shared/table/quotas.ts'
import { addAliasRoutes } from './aliases.ts'
import { answerDocument } from './api-document.ts'
import { addAuditRoutes } from './audit.ts'
import { addDeploymentRoutes } from './deployments.ts'
import { addImportRoutes } from './imports.ts'
import { addRefRoutes } from './refs.ts'
import { addRepoChangeRoutes } from './repo-changes.ts'
import { addRepoRoutes } from './repos.ts'
import { addRevisionRoutes } from './revisions.ts'
import { addUsageRoutes } from './usage.ts'

interface RegistryOptions extends PlatformAppOptions {
  ingest: Queue<IngestMessage>
  version: string
  /** The configured device of each pool. */
  poolDevices?: Record<string, ModelDevice> | undefined
  /** Whether deployments are served at this API's own address, unless a replica reports another. @default true */
  isServedHere?: boolean | undefined
}

/** The registry: repos, imports and deployments under `/api/v1`. */
export function createRegistryApp(options: RegistryOptions) {
  const { table, ingest, version, quotas = defaultQuotas, now = () => new Date() } = options
  const app = createPlatformApp({ ...options, routes })
  watchLookups(table, options.metrics)
  app.get('/', (context) => context.json({ name: 'Slipway', version, api: '/api/v1/openapi.json', health: '/health' }))
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.get('/api/v1/openapi.json', answerDocument({ version }))
  const { poolDevices, isServedHere } = options
  const repos = { table, ingest, quotas, poolDevices, now }
  addRepoRoutes(app, repos)
  addRepoChangeRoutes(app, repos)
  addRevisionRoutes(app, repos)
  addRefRoutes(app, repos)
  addAliasRoutes(app, repos)
  addImportRoutes(app, { table, ingest, quotas, now })
  addDeploymentRoutes(app, { table, quotas, poolDevices, isServedHere, now })
  addUsageRoutes(app, { table, quotas })
  addAuditRoutes(app, { table })
  return app
}

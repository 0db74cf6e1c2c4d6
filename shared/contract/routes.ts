import { aliasRoutes } from './alias-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { deploymentRoutes } from './deployment-routes.ts'
import { importRoutes } from './import-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { maintenanceRoutes } from './maintenance-routes.ts'
import { ownerRoutes } from './owner-routes.ts'
import { refRoutes } from './ref-routes.ts'
import { repoRoutes } from './repo-routes.ts'
import { revisionRoutes } from './revision-routes.ts'
import { usageRoutes } from './usage-routes.ts'

/**
 * Every route of the platform: the OpenAPI document, the servers, the client and the CLI are all built on these. Routes
 * that call models are in `model-routes.ts`.
 */
export const routes = {
  ...authRoutes,
  ...keyRoutes,
  ...ownerRoutes,
  ...repoRoutes,
  ...revisionRoutes,
  ...refRoutes,
  ...aliasRoutes,
  ...importRoutes,
  ...deploymentRoutes,
  ...usageRoutes,
  ...auditRoutes,
  ...maintenanceRoutes,
}

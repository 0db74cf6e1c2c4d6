import { generationRoutes } from './generation-routes.ts'
import { inferenceRoutes } from './inference-routes.ts'
import { oipRoutes } from './oip-routes.ts'
import { serviceRoutes } from './service-routes.ts'
import { teiRootRoutes } from './tei-root-routes.ts'
import { teiRoutes } from './tei-routes.ts'

/**
 * Every route that calls models, in the protocols of `gpu-service/protocols`. Separate from `routes.ts`, so that only
 * the service that answers them bundles them.
 */
export const modelRoutes = {
  ...inferenceRoutes,
  ...teiRoutes,
  ...teiRootRoutes,
  ...oipRoutes,
  ...generationRoutes,
  ...serviceRoutes,
}

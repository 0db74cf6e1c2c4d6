import { generationRoutes } from './generation-routes.ts'
import { inferenceRoutes } from './inference-routes.ts'
import { oipRoutes } from './oip-routes.ts'
import { serviceRoutes } from './service-routes.ts'
import { teiRootRoutes } from './tei-root-routes.ts'
import { teiRoutes } from './tei-routes.ts'

/**
 * Every route that models are asked by, in the words of the protocols that `gpu-service/protocols` speaks: for the
 * document alone, so that no function but the one that answers it carries them.
 */
export const modelRoutes = {
  ...inferenceRoutes,
  ...teiRoutes,
  ...teiRootRoutes,
  ...oipRoutes,
  ...generationRoutes,
  ...serviceRoutes,
}

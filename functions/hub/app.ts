import { Hono } from 'hono'
import { authenticate, requireScope } from '../../shared/auth/middleware.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { hubEnvelope, hubErrorHeaders } from '../../shared/http/envelopes.ts'
import { answerErrors } from '../../shared/http/error-handler.ts'
import { limitBody } from '../../shared/http/json-body.ts'
import type { PlatformAppOptions } from '../../shared/http/platform-app.ts'
import { requestScope } from '../../shared/http/request-scope.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Table } from '../../shared/table/table.ts'
import { addAuthCheckRoutes } from './auth-check.ts'
import { addCommitsRoute } from './commits.ts'
import { crossOrigin } from './cross-origin.ts'
import { hubErrors } from './hub-errors.ts'
import { addListModelsRoute } from './list-models.ts'
import { addModelInfoRoutes } from './model-info.ts'
import { ownerlessRepo } from './parse-path.ts'
import { addPathsInfoRoute } from './paths-info.ts'
import { addRawRoute } from './raw.ts'
import { addRefsRoute } from './refs.ts'
import { addResolveRoute } from './resolve.ts'
import { addTreeRoute } from './tree.ts'
import { addWhoamiRoute } from './whoami.ts'

export interface HubOptions extends PlatformAppOptions {
  table: Table
  objects: ObjectStore
  /** The address that clients know, where requests come with another one. */
  publicUrl?: string | undefined
}

const bodyMaxBytes = 1024 ** 2

/**
 * The read side of the Hugging Face Hub protocol: `HF_ENDPOINT` set to this server, and `HF_TOKEN` to one of its keys,
 * is all that `huggingface_hub`, `hf` and `@huggingface/hub` need to pull from it.
 */
export function createHubApp({ table, objects, publicUrl, verify, log, metrics }: HubOptions): Hono<HttpEnvironment> {
  const app = new Hono<HttpEnvironment>()
  app.use(requestScope({ log, metrics }))
  app.use(crossOrigin())
  app.onError(answerErrors(hubEnvelope, metrics, hubErrorHeaders))
  app.notFound(({ req }) => {
    const repo = ownerlessRepo(req.url)
    throw repo === undefined ? errors.routeNotFound(req.method, req.path) : errors.repoNotFound(repo)
  })
  app.use(authenticate(verify))
  app.use(limitBody(bodyMaxBytes))

  const parts = { table, objects, publicUrl }
  addWhoamiRoute(app, parts)
  app.use(requireScope('read'))
  for (const kind of ['datasets', 'spaces'])
    for (const path of [`/api/${kind}/*`, `/${kind}/*`])
      app.all(path, () => {
        throw hubErrors.kindNotServed(kind)
      })
  addListModelsRoute(app, parts)
  addModelInfoRoutes(app, parts)
  addTreeRoute(app, parts)
  addPathsInfoRoute(app, parts)
  addRefsRoute(app, parts)
  addCommitsRoute(app, parts)
  addAuthCheckRoutes(app, parts)
  addResolveRoute(app, parts)
  addRawRoute(app, parts)
  return app
}

/** Whether a path is this app's, for a host that puts it beside others on one port. */
export const isHubPath = (path: string): boolean =>
  /^\/api\/(?:(?:models|datasets|spaces)(?:\/|$)|whoami-v2$)|^\/(?!api\/|v1\/)(?:[^/]+\/){1,3}(?:resolve|raw)\//.test(
    path,
  )

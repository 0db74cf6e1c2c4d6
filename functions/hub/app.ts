import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { identify } from '../../shared/auth/middleware.ts'
import { errors } from '../../shared/errors.ts'
import { announceWrites } from '../../shared/http/announce-writes.ts'
import { recordWrites } from '../../shared/http/audit.ts'
import { matchActions } from '../../shared/http/audit-actions.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { hubEnvelope, hubErrorHeaders } from '../../shared/http/envelopes.ts'
import { answerErrors } from '../../shared/http/error-handler.ts'
import { limitBody } from '../../shared/http/json-body.ts'
import { noRoute } from '../../shared/http/no-route.ts'
import type { PlatformAppOptions } from '../../shared/http/platform-app.ts'
import { limitRequests } from '../../shared/http/rate-limit.ts'
import { requestScope } from '../../shared/http/request-scope.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { watchLookups } from '../../shared/table/lookups.ts'
import { defaultQuotas } from '../../shared/table/quotas.ts'
import { addAuthCheckRoutes } from './auth-check.ts'
import { addCommitsRoute } from './commits.ts'
import { crossOrigin } from './cross-origin.ts'
import { addGgufManifestRoute } from './gguf-manifest.ts'
import { addGitRoute } from './git-route.ts'
import { hubActions } from './hub-actions.ts'
import { hubErrors } from './hub-errors.ts'
import { addListModelsRoute } from './list-models.ts'
import { createMirror } from './mirror/mirror.ts'
import { addMirrorRoutes } from './mirror/mirror-routes.ts'
import type { UpstreamSettings } from './mirror/upstream.ts'
import { addModelInfoRoutes } from './model-info.ts'
import { addOrganisationRoutes } from './namespaces/organisation-routes.ts'
import { addStoredReposRoutes } from './namespaces/stored-repos.ts'
import { addUserOverviewRoute } from './namespaces/user-overview.ts'
import { addNotServedRoutes } from './not-served.ts'
import { ownerlessRepo } from './parse-path.ts'
import type { HubParts } from './parts.ts'
import { addPathsInfoRoute } from './paths-info.ts'
import { addRawRoute } from './raw.ts'
import { addRefsRoute } from './refs.ts'
import { addResolveRoute } from './resolve.ts'
import { addTagsByTypeRoute } from './tags-by-type.ts'
import { addTreeRoute } from './tree.ts'
import { addLfsRoute } from './uploads/lfs-route.ts'
import { localUploads, type UploadSettings } from './uploads/upload-parts.ts'
import { addUploadRoutes } from './uploads/upload-routes.ts'
import { createUploadSecret } from './uploads/upload-secret.ts'
import { addWhoamiRoute } from './whoami.ts'
import { addCommitRoute } from './write/commit-route.ts'
import { addCreateRepoRoute } from './write/create-repo-route.ts'
import { addPreuploadRoute } from './write/preupload-route.ts'
import { addRefRoutes } from './write/ref-routes.ts'
import { addRefusedRoutes } from './write/refused-routes.ts'
import { addRepoRoutes } from './write/repo-routes.ts'
import { addValidateRoute } from './write/validate-route.ts'

export interface HubOptions extends PlatformAppOptions {
  objects: ObjectStore
  ingest: Queue<IngestMessage>
  /** The public address, where requests arrive under another one. */
  publicUrl?: string | undefined
  uploads?: UploadSettings | undefined
  /** The upstream Hub for names that are not here; no mirror without it. */
  mirror?: UpstreamSettings | undefined
}

const bodyMaxBytes = 4 * 1024 ** 2

/**
 * The Hugging Face Hub protocol: `HF_ENDPOINT` set to this server and `HF_TOKEN` to one of its keys is all that
 * `huggingface_hub`, `hf` and `@huggingface/hub` need for pulling and pushing.
 */
export function createHubApp(options: HubOptions): Hono<HttpEnvironment> {
  const { table, verify, log, metrics, quotas = defaultQuotas, now = () => new Date() } = options
  const app = new Hono<HttpEnvironment>()
  app.use(requestScope({ log, metrics }))
  app.use(crossOrigin())
  const answerError = answerErrors(hubEnvelope, metrics, hubErrorHeaders)
  app.onError(answerError)
  app.notFound((context) => {
    const repo = ownerlessRepo(context.req.url)
    return answerError(repo === undefined ? noRoute(app, context).error : errors.repoNotFound(repo), context)
  })

  const parts = partsOf(options)
  watchLookups(table, metrics)
  addUploadRoutes(app, parts)
  const audit = { table, actionOf: matchActions(hubActions), now }
  app.use(recordWrites(audit))
  app.use(identify(verify))
  app.use(limitRequests({ table, quotas, now }))
  app.use(announceWrites(audit))
  app.use(limitBodies)
  addWhoamiRoute(app, parts)
  addUserOverviewRoute(app, parts)
  addOrganisationRoutes(app, parts)
  addStoredReposRoutes(app, parts)
  addNotServedRoutes(app, parts)
  addTagsByTypeRoute(app)
  app.get('/api/spaces', (context) => context.json([]))
  for (const path of ['/api/spaces/*', '/spaces/*'])
    app.all(path, () => {
      throw hubErrors.kindNotServed('spaces')
    })
  if (options.mirror !== undefined) {
    const { mirror: settings, quotas = defaultQuotas } = options
    addMirrorRoutes(app, { ...parts, mirror: createMirror({ ...parts, settings, quotas, log }) })
  }
  addReadRoutes(app, parts)
  addValidateRoute(app)
  addCreateRepoRoute(app, parts)
  addRepoRoutes(app, parts)
  addPreuploadRoute(app, parts)
  addLfsRoute(app, parts)
  addCommitRoute(app, parts)
  addRefRoutes(app, parts)
  addRefusedRoutes(app, parts)
  return app
}

function addReadRoutes(app: Hono<HttpEnvironment>, parts: HubParts) {
  addListModelsRoute(app, parts)
  addModelInfoRoutes(app, parts)
  addTreeRoute(app, parts)
  addPathsInfoRoute(app, parts)
  addRefsRoute(app, parts)
  addCommitsRoute(app, parts)
  addAuthCheckRoutes(app, parts)
  addResolveRoute(app, parts)
  addRawRoute(app, parts)
  addGgufManifestRoute(app, parts)
  addGitRoute(app)
}

function partsOf({ table, objects, ingest, publicUrl, quotas = defaultQuotas, uploads, now }: HubOptions): HubParts {
  return {
    table,
    objects,
    ingest,
    publicUrl,
    limits: { reposMax: quotas.repos, storedBytesMax: quotas.storedBytes },
    uploads: uploads ?? localUploads,
    uploadSecret: createUploadSecret(table),
    proveLater: ({ id }) => ingest.send({ message: { step: 'prove-upload', uploadId: id, attempt: 1 } }),
    now: now ?? (() => new Date()),
  }
}

const limited = limitBody(bodyMaxBytes)
/** A commit is read line by line, within limits of its own. */
const limitBodies = createMiddleware<HttpEnvironment>((context, next) =>
  /^\/api\/[^/]+\/[^/]+\/[^/]+\/commit\//.test(context.req.path) ? next() : limited(context, next),
)

/** The first segments after `/api/`, with and without more of them. */
const apiParts =
  'models|datasets|spaces|users|organizations|collections|papers|daily_papers|jobs|scheduled-jobs|buckets|settings/(?:repositories|webhooks)'

const hubPath = new RegExp(
  `^/api/(?:(?:${apiParts})(?:/|$)|whoami-v2$|models-tags-by-type$|validate-yaml$|repos/(?:create|delete|move)$|uploads/)|^/(?!api/|v[12]/)(?:[^/]+/){1,3}(?:resolve|raw)/|^/(?!api/|v[12]/)(?:[^/]+/){2,3}info/(?:lfs/objects/batch|refs)$|^/v2/[^/]+/[^/]+/manifests/[^/]+$`,
)

/** Whether a path belongs to this app, for a host that serves several on one port. */
export const isHubPath = (path: string): boolean => hubPath.test(path)

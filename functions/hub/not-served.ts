import { AppError } from '../../shared/errors.ts'
import { findRepo } from './find-revision.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'

const noLikes = 'There are no likes and no followers here.'
const gateless = 'Repos are not gated here: members, roles and keys decide who may read one.'
const noCollections = 'There are no collections here: give repos a tag of their own and list them by it.'
const noWebhooks = 'There are no webhooks here.'
const noPapers = 'There are no papers here.'
const noJobs = 'No jobs run here. To serve a model: npx slipway deploy'

/** Parts of the public Hub that a private one does without, by their paths. */
const absent: Record<string, string> = {
  '/api/users/:name/followers': noLikes,
  '/api/users/:name/following': noLikes,
  '/api/users/:name/likes': noLikes,
  '/api/organizations/:name/followers': noLikes,
  '/api/collections': noCollections,
  '/api/collections/:rest{.+}': noCollections,
  '/api/settings/webhooks': noWebhooks,
  '/api/settings/webhooks/:rest{.+}': noWebhooks,
  '/api/papers/:rest{.+}': noPapers,
  '/api/daily_papers': noPapers,
  '/api/jobs/:rest{.+}': noJobs,
  '/api/scheduled-jobs/:rest{.+}': noJobs,
  '/api/buckets/:rest{.+}': 'There are no buckets here, only models and datasets.',
}

/** Says what is missing instead of naming an unknown route, which reads like a wrong address. */
export function addNotServedRoutes(app: HubApp, { table }: HubParts) {
  for (const [path, message] of Object.entries(absent))
    app.all(path, () => {
      throw notServed(message)
    })
  for (const { kind, api } of repoKinds)
    for (const [path, message] of Object.entries({
      like: noLikes,
      likers: noLikes,
      'user-access-request/:rest{.+}': gateless,
    }))
      app.all(`${api}/:owner/:name/${path}`, async (context) => {
        await findRepo(context, { table, kind })
        throw notServed(message)
      })
}

const notServed = (message: string) => new AppError({ code: 'not_supported', status: 501, message })

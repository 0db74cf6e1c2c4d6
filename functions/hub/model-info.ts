import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { allFiles } from '../../shared/table/repos.ts'
import { expandedFields, isTrue, pickFields } from './expand.ts'
import { findRevision } from './find-revision.ts'
import { modelJson } from './model-json.ts'
import { parseRef, rawRest } from './parse-path.ts'
import type { HubApp, HubParts } from './parts.ts'

/** R2: a model at a revision, by default at the branch main. */
export function addModelInfoRoutes(app: HubApp, parts: HubParts) {
  app.get('/api/models/:owner/:name', (context) => answer(context, 'main', parts))
  app.get('/api/models/:owner/:name/revision/:ref{.+}', (context) =>
    answer(context, parseRef(rawRest(context.req.url, 5)), parts),
  )
}

async function answer(context: Context<HttpEnvironment>, ref: string, { table }: HubParts) {
  const { repo, revision } = await findRevision(context, { table }, [{ ref, path: '' }])
  context.header('x-repo-commit', revision.id)
  const fields = expandedFields(context)
  const wantsFiles = fields === undefined || fields.has('siblings')
  const files = wantsFiles ? await Array.fromAsync(allFiles(table, repo.id, revision.id)) : undefined
  const model = modelJson({ repo, revision, files, withBlobs: isTrue(context, 'blobs') })
  const security = isTrue(context, 'securityStatus') && {
    securityRepoStatus: { scansDone: false, filesWithIssues: [] },
  }
  return context.json({ ...pickFields(model, fields), ...security })
}

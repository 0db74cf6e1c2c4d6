import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { allFiles } from '../../shared/table/repos.ts'
import { expandedFields, isTrue, pickFields } from './expand.ts'
import { findRepo, findRevision, unlessEmpty } from './find-revision.ts'
import { modelJson } from './model-json.ts'
import { parseRef, rawRest } from './parse-path.ts'
import type { HubApp, HubParts } from './parts.ts'
import { type KindRoutes, repoKinds } from './repo-kinds.ts'

/** R2: a model at a revision, main by default. */
export function addModelInfoRoutes(app: HubApp, parts: HubParts) {
  for (const routes of repoKinds) {
    app.get(`${routes.api}/:owner/:name`, (context) => answer(context, { ref: 'main', routes }, parts))
    app.get(`${routes.api}/:owner/:name/revision/:ref{.+}`, (context) =>
      answer(context, { ref: parseRef(rawRest(context.req.url, 5)), routes }, parts),
    )
  }
}

async function answer(
  context: Context<HttpEnvironment>,
  { ref, routes: { kind } }: { ref: string; routes: KindRoutes },
  { table }: HubParts,
) {
  const found = await findRevision(context, { table, kind }, [{ ref, path: '' }]).catch(unlessEmpty)
  if (found === undefined) return context.json(modelJson({ repo: await findRepo(context, { table, kind }), files: [] }))
  const { repo, revision } = found
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

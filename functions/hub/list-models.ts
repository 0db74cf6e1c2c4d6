import { inParallel } from '../../shared/in-parallel.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import type { RepoEntry } from '../../shared/table/repo-lists.ts'
import { allFiles, getRevision } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { pickFields } from './expand.ts'
import { nextLink } from './link-header.ts'
import { type ListQuery, parseListQuery } from './list-query.ts'
import { modelJson } from './model-json.ts'
import { readModelsPage } from './models-page.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'

/** Fields that a repo's own item lacks, so that its revision has to be read. */
const revisionFields = ['cardData', 'config', 'safetensors', 'gguf', 'baseModels', 'spaces', 'siblings']
const readsAtOnce = 16
const revisionsMax = 100
const fileListsMax = 20

/** R7: the visible models, filtered and sorted, page by page. Each page reads a bounded number of items. */
export function addListModelsRoute(app: HubApp, { table, publicUrl }: HubParts) {
  for (const { kind, api } of repoKinds)
    app.get(api, async (context) => {
      const query = parseListQuery(context)
      if (query.isGatedOnly) return context.json([])
      const list = `${kind}s ${query.owner?.toLowerCase() ?? ''} ${query.order}`
      const after = decodePosition(context.req.query('cursor'), list)
      const principal = context.get('principal')
      const page = { table, principal, kind, query, after, limit: pageLimit(query) }
      const { repos, next } = await readModelsPage(page)
      if (next !== undefined) {
        const cursor = encodePosition(next, list)
        context.header('link', nextLink({ url: context.req.url, publicUrl, changes: { cursor } }))
      }
      const models = await inParallel(repos, readsAtOnce, (repo) => describe(table, repo, query))
      return context.json(models.map((model) => pickFields(model, query.fields)))
    })
}

const needsRevision = ({ fields }: ListQuery): boolean => revisionFields.some((field) => fields.has(field))

const pageLimit = (query: ListQuery): number =>
  Math.min(query.limit, query.fields.has('siblings') ? fileListsMax : needsRevision(query) ? revisionsMax : query.limit)

async function describe(table: Table, repo: RepoEntry, query: ListQuery) {
  if (repo.revision === undefined || !needsRevision(query)) return modelJson({ repo })
  const revision = await getRevision(table, repo.id, repo.revision)
  const files = query.fields.has('siblings')
    ? await Array.fromAsync(allFiles(table, repo.id, repo.revision))
    : undefined
  return modelJson({ repo, revision, files })
}

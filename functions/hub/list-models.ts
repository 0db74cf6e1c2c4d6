import { inParallel } from '../../shared/in-parallel.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { lists } from '../../shared/table/keys.ts'
import { allFiles, getRevision, type RepoItem } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { pickFields } from './expand.ts'
import { nextLink } from './link-header.ts'
import { type ListQuery, parseListQuery } from './list-query.ts'
import { modelJson } from './model-json.ts'
import { readModelsPage } from './models-page.ts'
import type { HubApp, HubParts } from './parts.ts'

/** What a repo's own item does not say, so that its revision has to be read too. */
const revisionFields = ['tags', 'cardData', 'config', 'safetensors', 'spaces', 'siblings']
const readsAtOnce = 16
const revisionsMax = 100
const fileListsMax = 20

/** R7: the models by name, filtered, page by page. Each page reads a bounded number of items. */
export function addListModelsRoute(app: HubApp, { table, publicUrl }: HubParts) {
  app.get('/api/models', async (context) => {
    const query = parseListQuery(context)
    if (query.isGatedOnly) return context.json([])
    const startKey = decodeCursor(context.req.query('cursor'), { listPk: lists.repos })
    const { repos, next } = await readModelsPage({ table, query, startKey, limit: pageLimit(query) })
    if (next !== undefined) {
      const cursor = encodeCursor(next) ?? ''
      context.header('link', nextLink({ url: context.req.url, publicUrl, changes: { cursor } }))
    }
    const models = await inParallel(repos, readsAtOnce, (repo) => describe(table, repo, query))
    const tagged = models.filter(({ tags }) => query.tags.every((tag) => tags.includes(tag)))
    return context.json(tagged.map((model) => pickFields(model, query.fields)))
  })
}

const needsRevision = ({ fields, tags }: ListQuery): boolean =>
  tags.length > 0 || revisionFields.some((field) => fields.has(field))

const pageLimit = (query: ListQuery): number =>
  Math.min(query.limit, query.fields.has('siblings') ? fileListsMax : needsRevision(query) ? revisionsMax : query.limit)

async function describe(table: Table, repo: RepoItem, query: ListQuery) {
  if (!needsRevision(query)) return modelJson({ repo })
  const revision = await getRevision(table, repo.id, repo.revision)
  const files = query.fields.has('siblings')
    ? await Array.fromAsync(allFiles(table, repo.id, repo.revision))
    : undefined
  return modelJson({ repo, revision, files })
}

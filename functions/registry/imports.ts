import type { OpenAPIHono } from '@hono/zod-openapi'
import { requireScope } from '../../shared/auth/middleware.ts'
import type { ImportJob } from '../../shared/contract/import.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { startImport } from '../../shared/ingest/start-import.ts'
import { parseSource } from '../../shared/model/source.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import {
  getImport,
  getImportDetails,
  type ImportDetails,
  type ImportItem,
  listImports,
} from '../../shared/table/imports.ts'
import { lists } from '../../shared/table/keys.ts'
import type { Table } from '../../shared/table/table.ts'

export interface ImportRoutesOptions {
  table: Table
  ingest: Queue<IngestMessage>
  now: () => Date
}

export function addImportRoutes(app: OpenAPIHono<HttpEnvironment>, { table, ingest, now }: ImportRoutesOptions) {
  app.get('/api/v1/imports/*', requireScope('read'))
  app.post('/api/v1/imports', requireScope('write'))

  app.openapi(routes.createImport, async (context) => {
    const { source: uri, repo, include, exclude } = context.req.valid('json')
    const source = parseSource(uri)
    const { item, created } = await startImport({
      table,
      queue: ingest,
      source,
      repo: repo ?? source.repo,
      tag: source.kind === 's3-drop' ? source.version : undefined,
      include,
      exclude,
      createdBy: context.get('principal').userId,
      now: now(),
    })
    const details = await getImportDetails(table, item.id)
    return created ? context.json(toImport(item, details), 202) : context.json(toImport(item, details), 200)
  })

  app.openapi(routes.listImports, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const page = await listImports(table, { limit, startKey: decodeCursor(cursor, { listPk: lists.imports }) })
    return context.json({ items: page.items.map((item) => toImport(item)), cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.getImport, async (context) => {
    const { id } = context.req.valid('param')
    const item = await getImport(table, id)
    if (item === undefined) throw errors.importNotFound(id)
    return context.json(toImport(item, await getImportDetails(table, id)), 200)
  })
}

function toImport(item: ImportItem, details?: ImportDetails): ImportJob {
  const { id, repo, source, state, tag, sourceRevision, revision, failure } = item
  const { filesTotal, filesDone, bytesTotal, bytesDone, bytesHeld, createdAt, updatedAt } = item
  const counts = { filesTotal, filesDone, bytesTotal, bytesDone, bytesHeld }
  return {
    id,
    repo,
    source,
    state,
    tag,
    sourceRevision,
    revision,
    ...counts,
    skipped: details?.skipped,
    failure,
    createdAt,
    updatedAt,
  }
}

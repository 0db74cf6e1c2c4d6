import type { OpenAPIHono } from '@hono/zod-openapi'
import { refusalOf, requireAccess } from '../../shared/auth/authorize.ts'
import { ensureOwner, requireOwner } from '../../shared/auth/ensure-owner.ts'
import { principalOf, requireScope } from '../../shared/auth/middleware.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { readableOwners } from '../../shared/auth/visible-repos.ts'
import type { ImportJob } from '../../shared/contract/import.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { isUnchanged } from '../../shared/http/conditional.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { startImport } from '../../shared/ingest/start-import.ts'
import { isNewRefName } from '../../shared/model/new-ref-name.ts'
import { parseSource } from '../../shared/model/source.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import {
  answeringImport,
  getImportDetails,
  type ImportDetails,
  type ImportItem,
  listImports,
} from '../../shared/table/imports.ts'
import { keys } from '../../shared/table/keys.ts'
import { ownerStands } from '../../shared/table/owners.ts'
import type { Quotas } from '../../shared/table/quotas.ts'
import { readMerged } from '../../shared/table/read-merged.ts'
import { splitName } from '../../shared/table/repo-item.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'

interface ImportRoutesOptions {
  table: Table
  ingest: Queue<IngestMessage>
  quotas: Quotas
  now: () => Date
}

export function addImportRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { table, ingest, quotas, now }: ImportRoutesOptions,
) {
  app.get('/api/v1/imports/*', requireScope('read'))
  app.post('/api/v1/imports', requireScope('write'))

  app.openapi(routes.createImport, async (context) => {
    const { source: uri, repo, include, exclude, now: isNow } = context.req.valid('json')
    const source = parseSource(uri)
    const principal = principalOf(context)
    const { owner } = splitName(repo ?? source.repo)
    const { name: stands } = await ensureOwner({ table, principal, owner, now: now() })
    if (source.kind === 's3-drop') requireDrop(principal, source)
    const { item, created } = await startImport({
      table,
      queue: ingest,
      source,
      repo: repo ?? source.repo,
      tag: source.kind === 's3-drop' ? source.version : undefined,
      include,
      exclude,
      awaitsDrop: source.kind === 's3-drop' && !isNow,
      createdBy: principal.userId,
      createdByName: principal.username,
      importsMax: quotas.imports,
      now: now(),
      alsoWrites: () => [ownerStands(stands)],
    }).catch(async (error) => {
      if (error instanceof ConditionFailed) await requireOwner(table, stands)
      throw error
    })
    if (isNow && item.awaitsDrop === true) await beginNow(table, item)
    const details = await getImportDetails(table, item.id)
    return created ? context.json(toImport(item, details), 202) : context.json(toImport(item, details), 200)
  })

  app.openapi(routes.listImports, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const before = decodePosition(cursor, 'imports')
    const owners = readableOwners(principalOf(context))
    const { items, next } = await readMerged({
      owners,
      read: (owner, count) => listImports(table, { owner, before, limit: count }),
      orderOf: ({ listSk }) => listSk,
      descending: true,
      limit,
    })
    const position = next === undefined ? undefined : encodePosition(next, 'imports')
    return context.json({ items: items.map((item) => toImport(item)), cursor: position }, 200)
  })

  app.openapi(routes.getImport, async (context) => {
    const { id } = context.req.valid('param')
    const item = await answeringImport(table, id)
    const hidden = () => errors.importNotFound(id)
    if (item === undefined) throw hidden()
    const { owner } = splitName(item.repo)
    requireAccess({ principal: principalOf(context), access: 'read', resource: { owner }, hidden })
    if (isUnchanged(context, item)) return context.body(null, 304)
    return context.json(toImport(item, await getImportDetails(table, item.id)), 200)
  })
}

/** A waiting import takes the drop as it is at its next look. */
async function beginNow(table: Table, { id }: ImportItem) {
  const condition = 'attribute_exists(pk)'
  await table.update(keys.import(id), { expression: 'REMOVE awaitsDrop, waitsUntil', condition })
}

/** A drop belongs to the owner in its path, and becomes a version, as if it were imported automatically. */
function requireDrop(principal: Principal, { repo, version }: { repo: string; version: string }) {
  if (!isNewRefName(version)) throw errors.invalidRequest(`"${version}" is not a version name, such as v1.`, 'source')
  const { owner } = splitName(repo)
  const asked = { principal, access: 'read', resource: { owner } } as const
  requireAccess({ ...asked, hidden: () => refusalOf(asked) })
}

function toImport(item: ImportItem, details?: ImportDetails): ImportJob {
  const { id, repo, source, state, tag, sourceRevision, waitsUntil, revision, failure } = item
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
    waitsUntil: state === 'PENDING' ? waitsUntil : undefined,
    ...counts,
    skipped: details?.skipped,
    warnings: details?.warnings,
    notServed: details?.notServed,
    failure,
    createdAt,
    updatedAt,
  }
}

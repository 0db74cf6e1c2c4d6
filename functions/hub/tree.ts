import { errors } from '../../shared/errors.ts'
import { pathFault } from '../../shared/model/file-path.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { keys } from '../../shared/table/keys.ts'
import { fullName } from '../../shared/table/repo-item.ts'
import { isTrue } from './expand.ts'
import { expandedBy } from './file-entry.ts'
import { findRevision, likeliest, unlessEmpty } from './find-revision.ts'
import { hubErrors } from './hub-errors.ts'
import { nextLink } from './link-header.ts'
import { rawRest, refPaths } from './parse-path.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'
import { readTreePage } from './tree-page.ts'

const pageSize = 1000
const expandedPageSize = 50

/** R3: the content of a folder, recursive or not, page by page. */
export function addTreeRoute(app: HubApp, { table, publicUrl }: HubParts) {
  for (const { kind, api } of repoKinds)
    app.get(`${api}/:owner/:name/tree/:rest{.+}`, async (context) => {
      const readings = refPaths(rawRest(context.req.url, 5), { isRefRaw: true })
      const found = await findRevision(context, { table, kind }, readings).catch(unlessEmpty)
      if (found === undefined) {
        const { path, ref } = likeliest(readings) ?? { path: '', ref: '' }
        if (path !== '') throw hubErrors.entryNotFound(path, ref)
        return context.json([])
      }
      const { repo, revision, path: folder, ref } = found
      context.header('x-repo-commit', revision.id)
      if (folder !== '' && pathFault(folder) !== undefined) throw hubErrors.entryNotFound(folder, ref)

      const isExpanded = isTrue(context, 'expand')
      const { pk } = keys.revisionFile(repo.id, revision.id, '')
      const after = decodeCursor(context.req.query('cursor'), { pk })?.sk
      if (after !== undefined && folder !== '' && !after.startsWith(`${folder}/`))
        throw errors.invalidRequest('The cursor does not belong to this folder. Start again without it.', 'cursor')
      const isRecursive = isTrue(context, 'recursive')
      const limit = isExpanded ? expandedPageSize : pageSize
      const { entries, next } = await readTreePage({ table, revision, folder, isRecursive, after, limit })
      if (entries.length === 0 && after === undefined && folder !== '') throw hubErrors.entryNotFound(folder, ref)
      if (next !== undefined) {
        // By id, because the branch may move before the next page.
        const place = [revision.id, ...folder.split('/').filter((part) => part !== '')]
          .map(encodeURIComponent)
          .join('/')
        const path = `${api}/${fullName(repo)}/tree/${place}`
        const cursor = encodeCursor({ pk, sk: next }) ?? ''
        context.header('link', nextLink({ url: context.req.url, publicUrl, path, changes: { cursor } }))
      }
      const expanded = expandedBy(revision)
      return context.json(isExpanded ? entries.map((entry) => ({ ...entry, ...expanded })) : entries)
    })
}

import type { Context } from 'hono'
import * as z from 'zod'
import { parseWith, readJson } from '../../shared/http/json-body.ts'
import { inParallel } from '../../shared/in-parallel.ts'
import { pathFault } from '../../shared/model/file-path.ts'
import { getFile, listFiles, type RevisionItem } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { expandedBy, fileEntry, folderEntry } from './file-entry.ts'
import { findRevision, unlessEmpty } from './find-revision.ts'
import { parseRef, rawRest } from './parse-path.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'

const pathsMax = 1000
const readsAtOnce = 16

const wanted = z.object({
  paths: z.array(z.string()).max(pathsMax, `names more than ${pathsMax} paths; ask in several requests`),
  expand: z.boolean().optional(),
})

/** R4: the entries of given paths. Missing ones are left out. */
export function addPathsInfoRoute(app: HubApp, { table }: HubParts) {
  for (const { kind, api } of repoKinds)
    app.post(`${api}/:owner/:name/paths-info/:ref{.+}`, async (context) => {
      const ref = parseRef(rawRest(context.req.url, 5))
      const asked = await findRevision(context, { table, kind }, [{ ref, path: '' }]).catch(unlessEmpty)
      if (asked === undefined) return context.json([])
      const { revision } = asked
      context.header('x-repo-commit', revision.id)
      const { paths, expand } = await readWanted(context)
      const found = await inParallel(paths, readsAtOnce, (path) => entryAt(table, revision, path.replace(/\/+$/, '')))
      const entries = found.filter((entry) => entry !== undefined)
      const expanded = expandedBy(revision)
      return context.json(expand === true ? entries.map((entry) => ({ ...entry, ...expanded })) : entries)
    })
}

/** Python sends a form, JavaScript sends JSON. */
export async function readWanted(context: Context) {
  if (context.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') !== true)
    return readJson(context, wanted)
  const form = new URLSearchParams(await context.req.text())
  return parseWith(wanted, { paths: form.getAll('paths'), expand: form.get('expand')?.toLowerCase() === 'true' })
}

async function entryAt(table: Table, { id, repoId }: RevisionItem, path: string) {
  if (pathFault(path) !== undefined) return undefined
  const file = await getFile(table, repoId, id, path)
  if (file !== undefined) return fileEntry(file)
  const inside = await listFiles(table, { repoId, revision: id, prefix: `${path}/`, limit: 1 })
  return inside.items.length > 0 ? folderEntry(id, path) : undefined
}

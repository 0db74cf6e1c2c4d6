import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { pathFault } from '../../shared/model/file-path.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { getFile } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { type FoundRevision, findReadings } from './find-revision.ts'
import { hubErrors } from './hub-errors.ts'
import { rawRest, refPaths } from './parse-path.ts'
import { fileDepth, type KindRoutes } from './repo-kinds.ts'

export interface FoundFile extends Pick<FoundRevision, 'repo' | 'revision'> {
  file: RevisionFile
}

/**
 * The file at `/{owner}/{name}/resolve|raw/{ref}/{path}`. A header names the revision even where the file is missing,
 * because clients cache that. @throws AppError `repo_not_found`, `revision_not_found`, `entry_not_found`
 */
export async function findFile(
  context: Context<HttpEnvironment>,
  { table, routes }: { table: Table; routes: KindRoutes },
): Promise<FoundFile> {
  const readings = refPaths(rawRest(context.req.url, fileDepth(routes)), { isRefRaw: false })
  let first: FoundRevision | undefined
  // Behind a gateway that decodes "%2F", a ref may be the first segment of another one.
  for await (const found of findReadings(context, { table, kind: routes.kind }, readings)) {
    const { path, revision, repo } = found
    const file = pathFault(path) === undefined ? await getFile(table, repo.id, revision.id, path) : undefined
    first ??= found
    context.header('x-repo-commit', (file === undefined ? first : found).revision.id)
    if (file !== undefined) return { repo, revision, file }
  }
  throw hubErrors.entryNotFound(first?.path ?? '', first?.ref ?? '')
}

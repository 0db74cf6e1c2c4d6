import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { pathFault } from '../../shared/model/file-path.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { getFile } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { findRevision } from './find-revision.ts'
import { hubErrors } from './hub-errors.ts'
import { rawRest, refPaths } from './parse-path.ts'

/**
 * The file that `/{owner}/{name}/resolve|raw/{ref}/{path}` names. A header says of which revision it is, also
 * where it has no such file: clients remember that it has none. @throws AppError `repo_not_found`, `revision_not_found`, `entry_not_found`
 */
export async function findFile(context: Context<HttpEnvironment>, table: Table): Promise<RevisionFile> {
  const readings = refPaths(rawRest(context.req.url, 3), { isRefRaw: false })
  const { ref, path, revision, repo } = await findRevision(context, { table }, readings)
  context.header('x-repo-commit', revision.id)
  const file = pathFault(path) === undefined ? await getFile(table, repo.id, revision.id, path) : undefined
  if (file === undefined) throw hubErrors.entryNotFound(path, ref)
  return file
}

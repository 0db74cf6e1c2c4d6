import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { tagsOf } from '../../../shared/model/hub-tags.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { allFiles, getRevision } from '../../../shared/table/repos.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { inspectFiles } from '../inspect/inspect-files.ts'
import { writeManifest } from './write-manifest.ts'

/** The last of the tries that `judgeFailure` gives: it goes without what the files would say. */
export const lastInspectTry = 5

/** Reads the headers of a published revision's files and records what they say, of it and of its repo. */
export async function inspectRevision(
  { repoId, revision: id, attempt }: Omit<StepMessage<'inspect-revision'>, 'step'>,
  { table, objects, queue }: IngestDependencies,
): Promise<void> {
  const revision = await getRevision(table, repoId, id)
  // It was deleted meanwhile.
  if (revision === undefined) return
  const files = await Array.fromAsync(allFiles(table, repoId, id))
  await writeManifest({ revision, files }, { objects })
  const read = (sha256: string, range: { start: number; end: number }) =>
    objects.get({ key: objectKeys.blob(sha256), range })
  const metadata = await (attempt < lastInspectTry
    ? inspectFiles({ files, read })
    : inspectFiles({ files: [], read, warnings: ['The files could not be read for inspection.'] }))

  await table.update(keys.revision(repoId, id), {
    expression: 'SET metadata = :metadata',
    condition: 'attribute_exists(pk)',
    values: { ':metadata': metadata },
  })
  await changeRepo(table, repoId, (repo) => (repo.revision === id ? { repo: describedBy(repo, metadata) } : undefined))
  await queue.send({ message: { step: 'write-repo-manifest', repoId, attempt: 1 } })
}

/** What the revision on main says of itself is what its repo is found by. */
const describedBy = (repo: RepoItem, metadata: RevisionMetadata): RepoItem => {
  const { task, library, license } = metadata
  return { ...repo, task, library, license, cardTags: tagsOf({ task, library, license, tags: [] }, metadata) }
}

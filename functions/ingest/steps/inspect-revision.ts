import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectBody } from '../../../shared/objects/object-store.ts'
import { describedBy } from '../../../shared/repos/described-by.ts'
import { keys } from '../../../shared/table/keys.ts'
import { inspectionDone } from '../../../shared/table/outbox.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { allFiles, getRevision, type RevisionItem } from '../../../shared/table/repos.ts'
import { cardMaxBytes, putCard } from '../../../shared/table/revision-card.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'
import { inspectFiles } from '../inspect/inspect-files.ts'
import { writeManifest } from './write-manifest.ts'
import { type WriteRepoManifest, writeRepoManifest } from './write-repo-manifest.ts'

/** The last of the tries in `judgeFailure`, which continues without metadata. */
export const lastInspectTry = 5

/** Inspects a published revision's files, and records the metadata for it and its repo. */
export async function inspectRevision(
  { repoId, revision: id, attempt }: Omit<StepMessage<'inspect-revision'>, 'step'>,
  dependencies: WriteRepoManifest,
): Promise<RevisionMetadata | undefined> {
  const { table, objects } = dependencies
  const revision = await getRevision(table, repoId, id)
  // It was deleted meanwhile.
  if (revision === undefined) {
    await inspectionDone(table, repoId, id)
    return undefined
  }
  const files = await Array.fromAsync(allFiles(table, repoId, id))
  await writeManifest({ revision, files }, { objects })
  const read = (sha256: string, range: { start: number; end: number }) =>
    objects.get({ key: objectKeys.blob(sha256), range })
  const isGivenUp = attempt >= lastInspectTry
  const metadata = isGivenUp ? await keepUnread(table, revision) : await inspectFiles({ files, read })
  if (!isGivenUp) await keepCard(table, { revision, files, read })
  if (!isGivenUp) await recordMetadata(table, { repoId, id, metadata })
  await changeRepo(table, repoId, (repo) => (repo.revision === id ? { repo: describedBy(repo, metadata) } : undefined))
  // Written at once rather than by a message, because whoever sees the revision may lose the table and rebuild it.
  await writeRepoManifest({ repoId }, dependencies)
  await inspectionDone(table, repoId, id)
  return metadata
}

/** Stored in the table, so that showing a repo needs no object. */
async function keepCard(table: Table, { revision: { repoId, id }, files, read }: KeepCard) {
  const file = files.find(({ path }) => path === 'README.md')
  if (file === undefined || file.sizeBytes === 0 || file.sizeBytes > cardMaxBytes) return
  const { body } = await read(file.sha256, { start: 0, end: file.sizeBytes - 1 })
  const text = Buffer.concat(await Array.fromAsync(body)).toString('utf8')
  await putCard(table, { repoId, revision: id, text })
}

interface KeepCard {
  revision: RevisionItem
  files: readonly RevisionFile[]
  read: (sha256: string, range: { start: number; end: number }) => Promise<ObjectBody>
}

/** A late message that gives up must not erase what another one found. */
async function keepUnread(table: Table, { repoId, id }: RevisionItem): Promise<RevisionMetadata> {
  const warnings = ['The files could not be read for inspection.']
  const metadata = await inspectFiles({ files: [], read: () => Promise.reject(new Error('no file is read')), warnings })
  try {
    await recordMetadata(table, { repoId, id, metadata, condition: 'attribute_not_exists(metadata)' })
    return metadata
  } catch (error) {
    const { metadata: found } = (await getRevision(table, repoId, id)) ?? {}
    if (!(error instanceof ConditionFailed) || found === undefined) throw error
    return found
  }
}

const recordMetadata = (
  table: Table,
  { repoId, id, metadata, condition }: { repoId: string; id: string; metadata: RevisionMetadata; condition?: string },
) =>
  table.update(keys.revision(repoId, id), {
    expression: 'SET metadata = :metadata',
    condition: ['attribute_exists(pk)', ...(condition === undefined ? [] : [condition])].join(' AND '),
    values: { ':metadata': metadata },
  })

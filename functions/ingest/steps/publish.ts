import type { StepMessage } from '../../../shared/ingest/message.ts'
import { type RevisionFile, revisionId, sortedByPath } from '../../../shared/model/revision-id.ts'
import { allImportFiles, getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { getRevision, type RefItem } from '../../../shared/table/repos.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'
import { publication } from './publication.ts'

/** Makes the revision visible, whole, in one conditional transaction; before it nothing of the import can be seen. */
export async function publish({ importId }: StepMessage<'publish'>, dependencies: IngestDependencies): Promise<void> {
  const item = await getImport(dependencies.table, importId)
  if (item?.state === 'TRANSFERRING' && item.filesDone === item.filesTotal) await publishRevision(item, dependencies)
  const published = await getImport(dependencies.table, importId)
  if (published?.state === 'INSPECTING')
    await dependencies.queue.send({ message: { step: 'inspect', importId, attempt: 1 } })
}

async function publishRevision(item: ImportItem, dependencies: IngestDependencies) {
  const { table, now } = dependencies
  const files = await importedFiles(item, dependencies)
  const origin = item.source.startsWith('hf://') ? `${item.source.split('@')[0]}@${item.sourceRevision}` : 'files'
  const id = revisionId({ origin, files })
  const createdAt = now().toISOString()
  const revision = {
    id,
    repo: item.repo,
    source: item.source,
    sourceRevision: item.sourceRevision,
    filesTotal: files.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    createdAt,
    createdBy: item.createdBy,
  }
  await refuseTakenTag(item, id, dependencies)

  await table.putMany(files.map((file) => ({ ...keys.revisionFile(item.repo, id, file.path), ...file })))

  const known = (await getRevision(table, item.repo, id)) !== undefined
  try {
    await table.transact(publication({ item, revision, known, now: createdAt }))
  } catch (error) {
    // Another delivery of this message may have published; a tag taken meanwhile is said on the next try.
    const after = await getImport(table, item.id)
    if (!(error instanceof ConditionFailed) || after?.state === 'TRANSFERRING') throw error
  }
}

async function importedFiles(item: ImportItem, { table }: IngestDependencies): Promise<RevisionFile[]> {
  const files: RevisionFile[] = []
  for await (const { path, sizeBytes, sha256, gitSha1, state } of allImportFiles(table, item.id)) {
    if (state !== 'done' || sha256 === undefined) throw new Error(`"${path}" is not verified yet`)
    files.push({ path, sizeBytes, sha256, ...(gitSha1 !== undefined && { gitSha1 }) })
  }
  return sortedByPath(files)
}

async function refuseTakenTag({ tag, repo }: ImportItem, revision: string, { table }: IngestDependencies) {
  if (tag === undefined) return
  const existing = await table.get<RefItem>(keys.tag(repo, tag))
  if (existing !== undefined && existing.revision !== revision) throw faults.tagTaken(tag, repo)
}

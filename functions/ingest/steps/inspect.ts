import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { inspectionWarnings, servingFault } from '../../../shared/model/serving-fault.ts'
import { getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { clearAway } from './clear-away.ts'
import { endOfImport } from './end-import.ts'
import { inspectRevision } from './inspect-revision.ts'

/** Records the metadata of the published files, and ends the import. */
export async function inspect(
  { importId, attempt }: StepMessage<'inspect'>,
  dependencies: IngestDependencies,
): Promise<void> {
  const { table, metrics, now } = dependencies
  const item = await getImport(table, importId)
  if (item?.state === 'READY' && item.activePk !== undefined) return clearAway(item, dependencies)
  if (item?.state !== 'INSPECTING' || item.revision === undefined) return
  const { repo, repoId, revision } = item

  const metadata = await inspectRevision({ repoId, revision, attempt }, dependencies)
  if (metadata !== undefined) await recordWarnings(table, { item, metadata })
  try {
    await table.transact(endOfImport({ item, from: 'INSPECTING', state: 'READY', now: now() }))
  } catch (error) {
    const after = await getImport(table, importId)
    // Another delivery ended the import.
    if (!(error instanceof ConditionFailed) || after?.state === 'INSPECTING') throw error
    return
  }
  await clearAway(item, dependencies)
  const source = item.source.split(':')[0] ?? ''
  const durationMs = now().getTime() - Date.parse(item.createdAt)
  metrics.modelDownloads.inc({ source, outcome: 'ready' })
  metrics.modelDownloadDuration.observe({ source }, durationMs / 1000)
  dependencies.log.info(
    { repo, revision, durationMs },
    `imported ${repo}: ${item.filesTotal} files, ${item.bytesTotal} bytes`,
  )
}

/** For callers that only look at the import. */
function recordWarnings(
  table: Table,
  { item: { id, repo }, metadata }: { item: ImportItem; metadata: RevisionMetadata },
) {
  const notServed = servingFault(repo, metadata)
  return table.update(keys.importDetails(id), {
    expression: `SET warnings = :warnings${notServed === undefined ? '' : ', notServed = :fault'}`,
    values: {
      ':warnings': inspectionWarnings(metadata),
      ...(notServed !== undefined && { ':fault': notServed }),
    },
  })
}

import type { StepMessage } from '../../../shared/ingest/message.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { allFiles, getRepo } from '../../../shared/table/repos.ts'
import { ConditionFailed, type TransactAction } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { inspectFiles } from '../inspect/inspect-files.ts'
import { clearAway, endOfImport } from './end-import.ts'
import { writeManifest } from './write-manifest.ts'

/** The last of the tries that `judgeFailure` gives: it ends the import without what the files would say. */
export const lastInspectTry = 5

/** Reads the headers of the published files, records what they say, and ends the import. */
export async function inspect(
  { importId, attempt }: StepMessage<'inspect'>,
  dependencies: IngestDependencies,
): Promise<void> {
  const { table, objects, metrics, now } = dependencies
  const item = await getImport(table, importId)
  if (item?.state === 'READY' && item.activePk !== undefined) return clearAway(item, dependencies)
  if (item?.state !== 'INSPECTING' || item.revision === undefined) return
  const { repo, revision } = item

  const files = await Array.fromAsync(allFiles(table, repo, revision))
  await writeManifest({ repo, revision, files }, dependencies)
  const read = (sha256: string, range: { start: number; end: number }) =>
    objects.get({ key: objectKeys.blob(sha256), range })
  const metadata = await (attempt < lastInspectTry
    ? inspectFiles({ files, read })
    : inspectFiles({ files: [], read, warnings: ['The files could not be read for inspection.'] }))

  const actions: TransactAction[] = [
    {
      update: keys.revision(repo, revision),
      change: {
        expression: 'SET metadata = :metadata',
        condition: 'attribute_exists(pk)',
        values: { ':metadata': metadata },
      },
    },
    ...endOfImport({ item, from: 'INSPECTING', state: 'READY', now: now() }),
  ]
  const current = (await getRepo(table, repo))?.revision === revision
  if (current) actions.push(repoSummary({ item, revision, metadata }))
  try {
    await table.transact(actions)
  } catch (error) {
    const after = await getImport(table, importId)
    // The branch moved on, or another delivery ended the import.
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

const repoSummary = ({ item, revision, metadata }: SummaryInput): TransactAction => ({
  update: keys.repo(item.repo),
  change: {
    expression: 'SET task = :task, library = :library, license = :license',
    condition: 'revision = :revision',
    values: {
      ':task': metadata.task ?? null,
      ':library': metadata.library ?? null,
      ':license': metadata.license ?? null,
      ':revision': revision,
    },
  },
})

interface SummaryInput {
  item: ImportItem
  revision: string
  metadata: { task?: string | undefined; library?: string | undefined; license?: string | undefined }
}

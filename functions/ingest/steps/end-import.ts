import type { ImportFailure } from '../../../shared/contract/import.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { allImportFiles, allImportParts, getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { ConditionFailed, type TransactAction } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { stagingKey } from './staged-upload.ts'

/** The writes that end an import: its last state, out of the list of active ones, and its claim given back. */
export function endOfImport({ item, state, failure, now }: EndInput): TransactAction[] {
  const at = now.toISOString()
  const change = {
    expression: `SET #state = :next, updatedAt = :at${failure === undefined ? '' : ', failure = :failure'} REMOVE activePk, activeSk`,
    condition: '#state IN (:pending, :transferring, :inspecting)',
    names: { '#state': 'state' },
    values: {
      ':next': state,
      ':at': at,
      ':pending': 'PENDING',
      ':transferring': 'TRANSFERRING',
      ':inspecting': 'INSPECTING',
      ...(failure !== undefined && { ':failure': failure }),
    },
  }
  return [
    { update: keys.import(item.id), change },
    { delete: keys.importClaim(item.repo, item.source) },
    ...dropRecord(item, at),
  ]
}

interface EndInput {
  item: ImportItem
  state: 'READY' | 'FAILED'
  failure?: ImportFailure
  now: Date
}

/** What was dropped is remembered by its fingerprint also when it failed: it is tried again once it changes. */
function dropRecord(item: ImportItem, at: string): TransactAction[] {
  const source = parseSource(item.source)
  if (source.kind !== 's3-drop' || item.fingerprint === undefined) return []
  const record = { fingerprint: item.fingerprint, importId: item.id, updatedAt: at }
  return [{ put: { ...keys.drop(source.repo, source.version), ...record } }]
}

/** Ends an import as FAILED with its reason and leaves nothing of it behind. */
export async function failImport(
  importId: string,
  failure: ImportFailure,
  dependencies: IngestDependencies,
): Promise<void> {
  const { table, metrics, now, log } = dependencies
  const item = await getImport(table, importId)
  if (item === undefined) return
  try {
    await table.transact(endOfImport({ item, state: 'FAILED', failure, now: now() }))
  } catch (error) {
    if (error instanceof ConditionFailed) return
    throw error
  }
  log.warn({ importId, repo: item.repo, code: failure.code, path: failure.path }, `import failed: ${failure.message}`)
  metrics.modelDownloads.inc({ source: item.source.split(':')[0] ?? '', outcome: 'failed' })
  await forgetWork(item, dependencies)
}

/** Removes an ended import's staged bytes and work items. Verified blobs stay: they are what a next pull need not move. */
export async function forgetWork(item: ImportItem, { table, objects }: IngestDependencies): Promise<void> {
  const gone: ItemKey[] = []
  for await (const file of allImportFiles(table, item.id)) {
    gone.push(keys.importFile(item.id, file.path))
    if (file.way === 'direct') continue
    const key = stagingKey(item.id, file.path)
    if (file.uploadId !== undefined) await objects.uploads.abort({ key, uploadId: file.uploadId })
    for await (const part of allImportParts(table, item.id, file.path))
      gone.push(keys.importPart(item.id, file.path, part.partNumber))
  }
  const staged = await objects.list({ prefix: objectKeys.stagingPrefix(item.id) })
  await objects.delete({ keys: staged.objects.map((object) => object.key) })
  await table.deleteMany(gone)
}

import type { ImportFailure } from '../../../shared/contract/import.ts'
import type { ImportMessage } from '../../../shared/ingest/message.ts'
import type { ImportState } from '../../../shared/model/import-state.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { eventWrite, newEvent } from '../../../shared/table/audit.ts'
import { activity } from '../../../shared/table/import-activity.ts'
import type { DropRecord } from '../../../shared/table/imports.ts'
import { getImport, type ImportItem, workItemExpiry } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { splitName } from '../../../shared/table/repo-item.ts'
import { ConditionFailed, type TransactAction } from '../../../shared/table/table.ts'
import { countUse } from '../../../shared/table/usage.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { clearAway } from './clear-away.ts'

/**
 * The writes that end an import: its final state, and the release of its claim and its quota. It stays on the active
 * list until it is cleaned up.
 */
export function endOfImport({ item, from, state, failure, sameAs, now }: EndInput): TransactAction[] {
  const at = now.toISOString()
  // A repeated import is in no list; only its starter looks it up, by id.
  const unlisted = ', sameAs = :same, expiresAt = :expires REMOVE listPk, listSk, ownerPk, ownerSk'
  const change = {
    expression: `SET #state = :next, updatedAt = :at, activeSk = :active${failure === undefined ? '' : ', failure = :failure'}${sameAs === undefined ? '' : unlisted}`,
    condition: '#state = :from',
    names: { '#state': 'state' },
    values: {
      ':next': state,
      ':at': at,
      ':active': activity(at, item.id).activeSk,
      ':from': from,
      ...(failure !== undefined && { ':failure': failure }),
      ...(sameAs !== undefined && { ':same': sameAs, ':expires': workItemExpiry(now) }),
    },
  }
  return [
    { update: keys.import(item.id), change },
    { delete: keys.importClaim(item.repo, item.source) },
    countUse({ owner: splitName(item.repo).owner, what: 'imports', by: -1 }),
    ...(sameAs === undefined ? dropRecord({ item, state, at }) : [{ delete: keys.importDetails(item.id) }]),
    eventWrite(endEvent(item, failure, now)),
  ]
}

interface EndInput {
  item: ImportItem
  from: ImportState
  state: 'READY' | 'FAILED'
  failure?: ImportFailure | undefined
  /** The earlier import of the same content. */
  sameAs?: string
  now: Date
}

/** Written in the same transaction, so that it is logged once. */
const endEvent = ({ id, repo, createdBy, createdByName }: ImportItem, failure: ImportFailure | undefined, now: Date) =>
  newEvent(
    {
      actor: { userId: createdBy, ...(createdByName !== undefined && { username: createdByName }) },
      action: 'import.end',
      owner: splitName(repo).owner,
      target: `repos/${repo}/imports/${id}`,
      outcome: failure === undefined ? { result: 'done' } : { result: 'failed', code: failure.code },
    },
    now,
  )

/** A failed drop's fingerprint is remembered, too; it is tried again once the drop changes. */
function dropRecord({ item, state, at }: { item: ImportItem; state: ImportState; at: string }): TransactAction[] {
  const source = parseSource(item.source)
  if (source.kind !== 's3-drop' || item.fingerprint === undefined || source.repo !== item.repo) return []
  const record: DropRecord = { fingerprint: item.fingerprint, importId: item.id, state, updatedAt: at }
  return [{ put: { ...keys.drop(source.repo, source.version), ...record } }]
}

/** Ends an import as FAILED with its reason, and cleans up. */
export async function failImport(
  message: ImportMessage,
  failure: ImportFailure,
  dependencies: IngestDependencies,
): Promise<void> {
  const { table, metrics, now, log } = dependencies
  const { importId } = message
  const item = await getImport(table, importId)
  if (item === undefined) return
  try {
    const end = endOfImport({ item, from: stateOf(message), state: 'FAILED', failure, now: now() })
    await table.transact([...end, ...stillAtFault(message)])
  } catch (error) {
    if (error instanceof ConditionFailed) return
    throw error
  }
  log.warn({ importId, repo: item.repo, code: failure.code, path: failure.path }, `import failed: ${failure.message}`)
  metrics.modelDownloads.inc({ source: item.source.split(':')[0] ?? '', outcome: 'failed' })
  await clearAway(item, dependencies)
}

/** A late message only fails an import in the state it belongs to, so that a published one stays. */
const stateOf = ({ step }: ImportMessage): ImportState => (step === 'plan' ? 'PENDING' : 'TRANSFERRING')

/** A duplicate message may fail after its twin brought the file in; that ends nothing. */
function stillAtFault(message: ImportMessage): TransactAction[] {
  if (!('path' in message)) return []
  const expression = 'attribute_not_exists(pk) OR #state = :pending'
  const condition = { expression, names: { '#state': 'state' }, values: { ':pending': 'pending' } }
  return [{ check: keys.importFile(message.importId, message.path), condition }]
}

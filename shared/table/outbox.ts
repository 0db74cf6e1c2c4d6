import { type AuditEvent, eventWrite } from './audit.ts'
import { conditionHeld } from './condition-held.ts'
import { type ItemKey, keys, lists } from './keys.ts'
import type { Table, TransactAction } from './table.ts'

/**
 * Follow-up work of a change, done through a queue message. It is written in the change's transaction and removed when
 * done, so that a sweep can send the message again if the process died before sending it (a transactional outbox).
 */
export interface OutboxEntry {
  repoId: string
  /** The revision to inspect; without it, the repo's manifest is to be written. */
  revision?: string | undefined
  /** The repo's version that the manifest must include. */
  version?: number | undefined
  activeSk: string
  /** How often it was sent again; a new change resets this. */
  resumes?: number | undefined
}

const active = (at: string, { pk, sk }: ItemKey) => ({ activePk: lists.outbox, activeSk: `${at}#${pk}#${sk}` })

/** For the transaction that changes a repo. */
export function manifestEntry({ repoId, version, at }: ManifestEntry): TransactAction {
  const key = keys.outboxManifest(repoId)
  return { put: { ...key, ...active(at, key), repoId, version } }
}

/** For the transaction that publishes an uninspected revision. */
export function inspectionEntry({ repoId, revision, at }: InspectionEntry): TransactAction {
  const key = keys.outboxInspection(repoId, revision)
  return { put: { ...key, ...active(at, key), repoId, revision } }
}

interface ManifestEntry {
  repoId: string
  version: number
  at: string
}

interface InspectionEntry {
  repoId: string
  revision: string
  at: string
}

/** The manifest includes this version; later changes have messages of their own. */
export async function manifestWritten(
  table: Table,
  { repoId, version }: { repoId: string; version: number | undefined },
): Promise<void> {
  const condition =
    version === undefined
      ? undefined
      : { expression: 'attribute_not_exists(pk) OR version <= :version', values: { ':version': version } }
  await conditionHeld(() => table.transact([{ delete: keys.outboxManifest(repoId), ...(condition && { condition }) }]))
}

export const inspectionDone = (table: Table, repoId: string, revision: string): Promise<void> =>
  table.delete(keys.outboxInspection(repoId, revision))

/** Entries that have been waiting since before `before`. */
export const dueEntries = (table: Table, before: Date): AsyncGenerator<OutboxEntry & ItemKey> =>
  table.queryAll<OutboxEntry & ItemKey>({
    index: 'byActivity',
    expression: 'activePk = :list AND activeSk < :before',
    values: { ':list': lists.outbox, ':before': before.toISOString() },
  })

/** Postpones an entry, whose message the caller sends. @returns whether nobody else did */
export const postponeEntry = (
  table: Table,
  { pk, sk, activeSk }: OutboxEntry & ItemKey,
  { until, resumes }: { until: Date; resumes: number },
): Promise<boolean> =>
  conditionHeld(() =>
    table.update(
      { pk, sk },
      {
        expression: 'SET activeSk = :until, resumes = :resumes',
        condition: 'activeSk = :seen',
        values: {
          ':until': active(until.toISOString(), { pk, sk }).activeSk,
          ':seen': activeSk,
          ':resumes': resumes,
        },
      },
    ),
  )

/** Gives an entry up and records that in the audit log. @returns whether nobody else did, finished it or changed it */
export const giveUpEntry = (
  table: Table,
  { pk, sk, activeSk }: OutboxEntry & ItemKey,
  event: AuditEvent,
): Promise<boolean> =>
  conditionHeld(() =>
    table.transact([
      { delete: { pk, sk }, condition: { expression: 'activeSk = :seen', values: { ':seen': activeSk } } },
      eventWrite(event),
    ]),
  )

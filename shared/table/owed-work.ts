import { type AuditEvent, eventWrite } from './audit.ts'
import { conditionHeld } from './condition-held.ts'
import { type ItemKey, keys, lists } from './keys.ts'
import type { Table, TransactAction } from './table.ts'

/**
 * Follow-up work of a change, done through a queue message. It is written in the change's transaction and removed when
 * done, so that a sweep can send the message again if the process died before sending it.
 */
export interface OwedWork {
  repoId: string
  /** The revision to inspect; without it, the repo's manifest is to be written. */
  revision?: string | undefined
  /** The repo's version that the manifest must include. */
  version?: number | undefined
  activeSk: string
  /** How often it was sent again; a new change resets this. */
  resumes?: number | undefined
}

const active = (at: string, { pk, sk }: ItemKey) => ({ activePk: lists.owedWork, activeSk: `${at}#${pk}#${sk}` })

/** For the transaction that changes a repo. */
export function oweManifest({ repoId, version, at }: { repoId: string; version: number; at: string }): TransactAction {
  const key = keys.owedManifest(repoId)
  return { put: { ...key, ...active(at, key), repoId, version } }
}

/** For the transaction that publishes an uninspected revision. */
export function oweInspection({
  repoId,
  revision,
  at,
}: {
  repoId: string
  revision: string
  at: string
}): TransactAction {
  const key = keys.owedInspection(repoId, revision)
  return { put: { ...key, ...active(at, key), repoId, revision } }
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
  await conditionHeld(() => table.transact([{ delete: keys.owedManifest(repoId), ...(condition && { condition }) }]))
}

export const inspectionDone = (table: Table, repoId: string, revision: string): Promise<void> =>
  table.delete(keys.owedInspection(repoId, revision))

/** Work that has been waiting since before `before`. */
export const allOwedWork = (table: Table, before: Date): AsyncGenerator<OwedWork & ItemKey> =>
  table.queryAll<OwedWork & ItemKey>({
    index: 'byActivity',
    expression: 'activePk = :list AND activeSk < :before',
    values: { ':list': lists.owedWork, ':before': before.toISOString() },
  })

/** Postpones the work for the caller to do. @returns whether nobody else did */
export const restOwedWork = (
  table: Table,
  { pk, sk, activeSk }: OwedWork & ItemKey,
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

/** Gives the work up and records that in the audit log. @returns whether nobody else did, finished it or changed it */
export const giveUpOwedWork = (
  table: Table,
  { pk, sk, activeSk }: OwedWork & ItemKey,
  event: AuditEvent,
): Promise<boolean> =>
  conditionHeld(() =>
    table.transact([
      { delete: { pk, sk }, condition: { expression: 'activeSk = :seen', values: { ':seen': activeSk } } },
      eventWrite(event),
    ]),
  )

import { asSeen } from './as-seen.ts'
import { type AuditEvent, eventWrite } from './audit.ts'
import { type ItemKey, keys, lists } from './keys.ts'
import type { Table, TransactAction } from './table.ts'

/**
 * Work that a change asks for and that is done after it by a message. It is written with the change and taken away by
 * whoever does the work, so that a process which dies before it sends the message leaves it to be sent by a sweep.
 */
export interface OwedWork {
  repoId: string
  /** What is to be inspected; without it, the repo's own manifest is to be written. */
  revision?: string | undefined
  /** Of a manifest: the version of the repo that it is to hold at least. */
  version?: number | undefined
  activeSk: string
  /** How often it was asked for again; a change that asks for it anew counts from the beginning. */
  resumes?: number | undefined
}

const active = (at: string, { pk, sk }: ItemKey) => ({ activePk: lists.owedWork, activeSk: `${at}#${pk}#${sk}` })

/** For the transaction that changes a repo. */
export function oweManifest({ repoId, version, at }: { repoId: string; version: number; at: string }): TransactAction {
  const key = keys.owedManifest(repoId)
  return { put: { ...key, ...active(at, key), repoId, version } }
}

/** For the transaction that publishes a revision of which nothing is known yet. */
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

/** The manifest holds this version; what was changed since has a message of its own. */
export async function manifestWritten(
  table: Table,
  { repoId, version }: { repoId: string; version: number | undefined },
): Promise<void> {
  const condition =
    version === undefined
      ? undefined
      : { expression: 'attribute_not_exists(pk) OR version <= :version', values: { ':version': version } }
  await asSeen(() => table.transact([{ delete: keys.owedManifest(repoId), ...(condition && { condition }) }]))
}

export const inspectionDone = (table: Table, repoId: string, revision: string): Promise<void> =>
  table.delete(keys.owedInspection(repoId, revision))

/** What was owed before, and not done since. */
export const allOwedWork = (table: Table, before: Date): AsyncGenerator<OwedWork & ItemKey> =>
  table.queryAll<OwedWork & ItemKey>({
    index: 'byActivity',
    expression: 'activePk = :list AND activeSk < :before',
    values: { ':list': lists.owedWork, ':before': before.toISOString() },
  })

/** Lets it rest, for whoever has it done now. @returns whether nobody else has */
export const restOwedWork = (
  table: Table,
  { pk, sk, activeSk }: OwedWork & ItemKey,
  { until, resumes }: { until: Date; resumes: number },
): Promise<boolean> =>
  asSeen(() =>
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

/** Asks for it no more, and tells the audit log. @returns whether nobody else has, nor has done it or changed it */
export const giveUpOwedWork = (
  table: Table,
  { pk, sk, activeSk }: OwedWork & ItemKey,
  event: AuditEvent,
): Promise<boolean> =>
  asSeen(() =>
    table.transact([
      { delete: { pk, sk }, condition: { expression: 'activeSk = :seen', values: { ':seen': activeSk } } },
      eventWrite(event),
    ]),
  )

import { type AuditEvent, eventWrite } from './audit.ts'
import { type ItemKey, keys, lists } from './keys.ts'
import { ConditionFailed, present, type Table } from './table.ts'

/**
 * What somebody is about to do, as far as it is known before it is done. It stands until the event that tells how it
 * ended is written, in the same transaction: of a process that dies in between, this is what is left.
 */
export type AuditIntent = Omit<AuditEvent, 'outcome'>

export const announceEvent = (table: Table, intent: AuditIntent): Promise<void> => {
  const active = { activePk: lists.auditIntents, activeSk: `${intent.at}#${intent.id}` }
  return table.put({ ...keys.auditIntent(intent.id), ...active, ...intent })
}

/** Nothing would have been done after all. */
export const withdrawEvent = (table: Table, { id }: AuditIntent): Promise<void> => table.delete(keys.auditIntent(id))

/** Writes how it ended, once, whoever else would. @returns whether it was told already */
export async function settleEvent(
  table: Table,
  { intent, event }: { intent: AuditIntent; event: AuditEvent },
): Promise<boolean> {
  try {
    await table.transact([eventWrite(event), { delete: keys.auditIntent(intent.id), condition: present }])
    return false
  } catch (error) {
    if (error instanceof ConditionFailed) return true
    throw error
  }
}

/** What was announced before, and of which no end was told. */
export const openIntents = (table: Table, before: Date): AsyncGenerator<AuditIntent & ItemKey> =>
  table.queryAll<AuditIntent & ItemKey>({
    index: 'byActivity',
    expression: 'activePk = :list AND activeSk < :before',
    values: { ':list': lists.auditIntents, ':before': before.toISOString() },
  })

import { type AuditEvent, eventWrite } from './audit.ts'
import { type ItemKey, keys, lists } from './keys.ts'
import { ConditionFailed, present, type Table } from './table.ts'

/**
 * An announced action, as far as it is known beforehand. It stays until the event with the outcome replaces it in one
 * transaction, so it is what a process leaves that dies in between.
 */
export type AuditIntent = Omit<AuditEvent, 'outcome'>

export const announceEvent = (table: Table, intent: AuditIntent): Promise<void> => {
  const active = { activePk: lists.auditIntents, activeSk: `${intent.at}#${intent.id}` }
  return table.put({ ...keys.auditIntent(intent.id), ...active, ...intent })
}

/** Withdraws an announcement of an action that changed nothing. */
export const withdrawEvent = (table: Table, { id }: AuditIntent): Promise<void> => table.delete(keys.auditIntent(id))

/** Records the outcome once, whoever tries. @returns whether it was already recorded */
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

/** Announced actions without an outcome, older than `before`. */
export const openIntents = (table: Table, before: Date): AsyncGenerator<AuditIntent & ItemKey> =>
  table.queryAll<AuditIntent & ItemKey>({
    index: 'byActivity',
    expression: 'activePk = :list AND activeSk < :before',
    values: { ':list': lists.auditIntents, ':before': before.toISOString() },
  })

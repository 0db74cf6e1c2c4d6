import type { Logger } from '../../shared/log.ts'
import { openIntents, settleEvent } from '../../shared/table/audit-intents.ts'
import type { Table } from '../../shared/table/table.ts'

/** Records the outcome of announced actions as unknown, where a process died before recording it. */
export async function recoverEvents({ table, before, log }: RecoverEvents): Promise<number> {
  let recovered = 0
  for await (const { pk: _, sk: __, ...found } of openIntents(table, before)) {
    const { id, at, actor, action, owner, target, from, requestId } = found
    const intent = { id, at, actor, action, owner, target, from, requestId }
    const isTold = await settleEvent(table, { intent, event: { ...intent, outcome: { result: 'unknown' } } })
    if (!isTold) recovered++
  }
  if (recovered > 0) log.warn({ recovered }, `${recovered} events ended with their process, and are recorded late`)
  return recovered
}

interface RecoverEvents {
  table: Table
  before: Date
  log: Logger
}

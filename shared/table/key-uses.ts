import { keys } from './keys.ts'
import { ConditionFailed, type Table } from './table.ts'

/** Records that a key was used, at most once within `apartMs`. */
export async function noteKeyUse(
  table: Table,
  { userId, id, now, apartMs }: { userId: string; id: string; now: Date; apartMs: number },
): Promise<void> {
  try {
    await table.update(keys.keyUse(userId, id), {
      expression: 'SET lastUsedAt = :now',
      condition: 'attribute_not_exists(lastUsedAt) OR lastUsedAt <= :before',
      values: { ':now': now.toISOString(), ':before': new Date(now.getTime() - apartMs).toISOString() },
    })
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
}

/** When each of a range of keys was last used, by id. */
export async function keyUsesBetween(
  table: Table,
  { userId, first, last }: { userId: string; first: string; last: string },
): Promise<Map<string, string>> {
  const uses = new Map<string, string>()
  for await (const { sk, lastUsedAt } of table.queryAll<{ sk: string; lastUsedAt: string }>({
    expression: 'pk = :pk AND sk BETWEEN :first AND :last',
    values: { ':pk': keys.keyUse(userId, '').pk, ':first': first, ':last': last },
  }))
    uses.set(sk, lastUsedAt)
  return uses
}

import { dropRestSeconds } from '../../../shared/model/drop-rest.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { listDrop } from '../../../shared/objects/list-drop.ts'
import { activity } from '../../../shared/table/import-activity.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** A marker is noticed after at most this many seconds, or a thirtieth of the quiet time. */
const lookMinSeconds = 2

/**
 * Whether the drop that an import waits for is complete, by the rules of the drop watcher. If not, the plan is sent
 * again for the next look; of concurrent messages one continues, so that they do not multiply. A redelivered one
 * continues, too, because the previous try may have written its look without sending the message.
 */
export async function isDropComplete(
  { item, attempt }: { item: ImportItem; attempt: number },
  dependencies: IngestDependencies,
): Promise<boolean> {
  const source = parseSource(item.source)
  if (item.awaitsDrop !== true || source.kind !== 's3-drop') return true
  const { table, objects, queue, limits, now } = dependencies
  const { found, uploads } = await listDrop({ objects, repo: source.repo, version: source.version })
  const quietSeconds = limits.dropQuietSeconds
  const restSeconds = dropRestSeconds({ found, uploads, quietSeconds, now: now() })
  if (restSeconds === 0) return true
  const delaySeconds = Math.min(restSeconds, Math.max(lookMinSeconds, quietSeconds / 30))
  try {
    await table.update(
      keys.import(item.id),
      nextLook({ item, isAgain: attempt > 1, restSeconds, delaySeconds, now: now() }),
    )
  } catch (error) {
    if (error instanceof ConditionFailed) return false
    throw error
  }
  await queue.send({ message: { step: 'plan', importId: item.id, attempt: 1 }, delaySeconds })
  return false
}

/** Counts as activity, so that the import is not resumed as lost. */
function nextLook({ item, isAgain, restSeconds, delaySeconds, now }: Look) {
  const at = now.toISOString()
  return {
    expression: 'SET waitsUntil = :until, lookedAtMs = :ms, updatedAt = :at, activeSk = :active',
    condition: isAgain ? '#state = :pending' : `#state = :pending AND ${isFirst}`,
    names: { '#state': 'state' },
    values: {
      ':until': new Date(now.getTime() + restSeconds * 1000).toISOString(),
      ':ms': now.getTime(),
      ...(!isAgain && { ':before': now.getTime() - delaySeconds * 500 }),
      ':at': at,
      ':active': activity(at, item.id).activeSk,
      ':pending': 'PENDING',
    },
  }
}

const isFirst = '(attribute_not_exists(lookedAtMs) OR lookedAtMs <= :before)'

interface Look {
  item: ImportItem
  isAgain: boolean
  restSeconds: number
  delaySeconds: number
  now: Date
}

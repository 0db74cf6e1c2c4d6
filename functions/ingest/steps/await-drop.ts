import { dropRestSeconds } from '../../../shared/model/drop-rest.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { listDrop } from '../../../shared/objects/list-drop.ts'
import { activity } from '../../../shared/table/import-activity.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** A marker is seen at most so many seconds, or a thirtieth of the quiet time, after it was put. */
const lookMinSeconds = 2

/**
 * Whether the drop that an import waits for is complete, as whoever watches drops decides. Where it is not, the plan is
 * sent again for the next look; of messages that look at the same time one goes on, so that they do not multiply. One
 * that comes again goes on too: the try before it may have noted its look and sent no message.
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

/** Moves the import, so that nobody takes it for one that was lost. */
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

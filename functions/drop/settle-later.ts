import { randomUUID } from 'node:crypto'
import { keys } from '../../shared/table/keys.ts'
import { ConditionFailed } from '../../shared/table/table.ts'
import type { Drop, DropDependencies } from './dependencies.ts'

/** With a shorter delay, a look could arrive before it is written down and seem to be still pending. */
const delayMinSeconds = 5

/** A look that is this late is lost, and is sent again. */
const graceMs = 15 * 60_000

/** The next scheduled look at a drop, of which there is one. */
interface PendingLook {
  id: string
  lifeId: string
  untilMs: number
}

/**
 * Schedules a look at a drop, once for any number of files, or again for an earlier time. The message is sent before it
 * is written down, so that a crash in between causes an extra look rather than none.
 */
export async function settleLater({ drop, delaySeconds }: Settle, dependencies: DropDependencies): Promise<void> {
  const { table, drops, now } = dependencies
  const delay = Math.max(delayMinSeconds, delaySeconds)
  const pending = await pendingLook(drop, dependencies)
  if (pending !== undefined && pending.untilMs <= untilMsOf(delay, now())) return
  const id = randomUUID()
  await drops.send({ message: { settle: { ...drop, id } }, delaySeconds: delay })
  const nowMs = now().getTime()
  const untilMs = untilMsOf(delay, now())
  const look: PendingLook = { id, lifeId: lifeIdOf(dependencies), untilMs }
  const condition = {
    expression: 'attribute_not_exists(pk) OR untilMs < :now OR untilMs > :until OR lifeId <> :life',
    values: { ':now': nowMs, ':until': untilMs, ':life': look.lifeId },
  }
  const expiresAt = Math.ceil(untilMs / 1000)
  try {
    await table.put({ ...keys.dropLook(drop.repo, drop.version), ...look, expiresAt }, condition)
  } catch (error) {
    // Another event scheduled one meanwhile; this message will be ignored.
    if (!(error instanceof ConditionFailed)) throw error
  }
}

const untilMsOf = (delaySeconds: number, now: Date): number => now.getTime() + delaySeconds * 1000 + graceMs

interface Settle {
  drop: Drop
  delaySeconds: number
}

/** Accepts an arriving look; `false` for one that was superseded. */
export async function takeLook(
  { repo, version, id }: Drop & { id?: string | undefined },
  dependencies: DropDependencies,
): Promise<boolean> {
  const pending = await pendingLook({ repo, version }, dependencies)
  if (id === undefined || pending === undefined) return true
  if (pending.id !== id) return false
  // Before the files are listed, so that later files schedule a look of their own.
  await dependencies.table.delete(keys.dropLook(repo, version))
  return true
}

async function pendingLook({ repo, version }: Drop, dependencies: DropDependencies): Promise<PendingLook | undefined> {
  const look = await dependencies.table.get<PendingLook>(keys.dropLook(repo, version))
  const isToCome = look?.lifeId === lifeIdOf(dependencies) && look.untilMs >= dependencies.now().getTime()
  return isToCome ? look : undefined
}

/** An in-process queue loses its messages on exit, so looks scheduled by an earlier process never come. */
const lifeIdOf = ({ drops }: DropDependencies): string => drops.lifeId ?? 'lasting'

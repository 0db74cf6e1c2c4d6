import { randomUUID } from 'node:crypto'
import { keys } from '../../shared/table/keys.ts'
import { ConditionFailed } from '../../shared/table/table.ts'
import type { Drop, DropDependencies } from './dependencies.ts'

/** A look that came before it was written down would seem to be still to come. */
const delayMinSeconds = 5

/** A look that does not come in this time after it was due is lost: others are sent again. */
const graceMs = 15 * 60_000

/** The one look at a drop that is still to come: the soonest. */
interface PendingLook {
  id: string
  lifeId: string
  untilMs: number
}

/**
 * Sends the message to look at a drop again, once for however many files appear, and once more where it is to be looked
 * at sooner. It is sent before it is written down, so that a death between the two costs a look too many and not the drop.
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
    // Another event has asked meanwhile: when ours comes it is left aside.
    if (!(error instanceof ConditionFailed)) throw error
  }
}

const untilMsOf = (delaySeconds: number, now: Date): number => now.getTime() + delaySeconds * 1000 + graceMs

interface Settle {
  drop: Drop
  delaySeconds: number
}

/** Takes a look that has come; `false` where another one is the one to come. */
export async function takeLook(
  { repo, version, id }: Drop & { id?: string | undefined },
  dependencies: DropDependencies,
): Promise<boolean> {
  const pending = await pendingLook({ repo, version }, dependencies)
  if (id === undefined || pending === undefined) return true
  if (pending.id !== id) return false
  // Before the files are listed: what appears from now on asks for a look of its own.
  await dependencies.table.delete(keys.dropLook(repo, version))
  return true
}

async function pendingLook({ repo, version }: Drop, dependencies: DropDependencies): Promise<PendingLook | undefined> {
  const look = await dependencies.table.get<PendingLook>(keys.dropLook(repo, version))
  const isToCome = look?.lifeId === lifeIdOf(dependencies) && look.untilMs >= dependencies.now().getTime()
  return isToCome ? look : undefined
}

/** A queue of this process forgets its messages when it ends: looks of an earlier one will not come. */
const lifeIdOf = ({ drops }: DropDependencies): string => drops.lifeId ?? 'lasting'

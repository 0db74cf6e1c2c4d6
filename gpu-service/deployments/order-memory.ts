import { AppError, errors, messageOf } from '../../shared/errors.ts'
import type { DeploymentSlot } from './deployment-slot.ts'
import { failedLoad } from './failed-load.ts'
import { Meeting } from './meeting.ts'
import type { MemoryOrders } from './memory-orders.ts'

/** Has the model of a slot in memory, as soon as the slot has one. @throws AppError why it cannot be */
export async function loadNow(slot: DeploymentSlot, signal: AbortSignal): Promise<void> {
  await slot.settled
  const { model, item, state } = slot
  if (model === undefined) {
    const { reason = 'it was given up just now' } = slot
    throw state === 'FAILED' ? failureOf(slot, reason) : errors.modelNotReady(item.name, reason)
  }
  await model.orders.load(signal).catch((error) => {
    throw error instanceof AppError ? error : failureOf(slot, messageOf(error))
  })
}

/**
 * Has all slots give the memory of their models back, or none of them. One that may not is found before anything is
 * waited for, and once more when all could go: a deployment may have come meanwhile that keeps it. @throws AppError
 */
export async function unloadTogether(slots: readonly UnloadedSlot[], signal: AbortSignal): Promise<void> {
  const agree = () => {
    for (const { model } of slots) model?.orders.assertMayLeave()
  }
  agree()
  const meeting = new Meeting({ count: slots.length, agree })
  const left = () => meeting.callOff(errors.clientClosed())
  signal.addEventListener('abort', left, { once: true })
  const unload = async (slot: UnloadedSlot) => {
    await slot.settled
    // One that holds none has nothing to give.
    await (slot.model?.orders.unload({ signal, meeting }) ?? meeting.come())
  }
  const callOff = (error: unknown) => {
    meeting.callOff(error)
    throw error
  }
  await Promise.all(slots.map((slot) => unload(slot).catch(callOff))).finally(() =>
    signal.removeEventListener('abort', left),
  )
}

interface UnloadedSlot {
  settled: Promise<void>
  model: { orders: Pick<MemoryOrders, 'unload' | 'assertMayLeave'> } | undefined
}

const failureOf = ({ item, retryAfterSeconds }: DeploymentSlot, reason: string): AppError =>
  failedLoad({ model: item.name, reason, retryAfterSeconds })

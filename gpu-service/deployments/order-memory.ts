import { AppError, errors, messageOf } from '../../shared/errors.ts'
import type { DeploymentSlot } from './deployment-slot.ts'
import { failedLoad } from './failed-load.ts'

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

/** Has a slot give the memory of its model back; one that holds none has nothing to give. @throws AppError */
export async function unloadNow(slot: DeploymentSlot, signal: AbortSignal): Promise<void> {
  await slot.settled
  await slot.model?.orders.unload(signal)
}

const failureOf = ({ item, retryAfterSeconds }: DeploymentSlot, reason: string): AppError =>
  failedLoad({ model: item.name, reason, retryAfterSeconds })

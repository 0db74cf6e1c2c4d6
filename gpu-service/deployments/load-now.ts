import { AppError, errors, messageOf } from '../../shared/errors.ts'
import type { DeploymentSlot } from './deployment-slot.ts'
import { failedLoad } from './failed-load.ts'

/** Loads the model of a slot, as soon as the slot has one. @throws AppError why it cannot */
export async function loadNow(slot: DeploymentSlot, signal: AbortSignal): Promise<void> {
  const { state } = slot
  await state.settled
  const { model, item } = slot
  if (model === undefined) {
    const { reason = 'it was just removed' } = state
    throw state.is === 'FAILED' ? failureOf(slot, reason) : errors.modelNotReady(item.name, reason)
  }
  await model.control.load(signal).catch((error) => {
    throw error instanceof AppError ? error : failureOf(slot, messageOf(error))
  })
}

const failureOf = ({ item, state }: DeploymentSlot, reason: string): AppError =>
  failedLoad({ model: item.name, reason, retryAfterSeconds: state.retryAfterSeconds })

import { errors } from '../../shared/errors.ts'
import { Barrier } from './barrier.ts'
import type { ModelControl } from './model-control.ts'
import type { SlotState } from './slot-state.ts'

/**
 * Unloads the models of all slots, or none. Whether one has to stay is checked before waiting, and again when all are
 * ready, because a new deployment may need it by then. @throws AppError
 */
export async function unloadTogether(slots: readonly UnloadedSlot[], signal: AbortSignal): Promise<void> {
  const agree = () => {
    for (const { model } of slots) model?.control.assertMayLeave()
  }
  agree()
  const barrier = new Barrier({ count: slots.length, agree })
  const left = () => barrier.abort(errors.clientClosed())
  signal.addEventListener('abort', left, { once: true })
  const unload = async (slot: UnloadedSlot) => {
    await slot.state.settled
    // A slot without a model has nothing to unload.
    await (slot.model?.control.unload({ signal, barrier }) ?? barrier.arrive())
  }
  const abort = (error: unknown) => {
    barrier.abort(error)
    throw error
  }
  await Promise.all(slots.map((slot) => unload(slot).catch(abort))).finally(() =>
    signal.removeEventListener('abort', left),
  )
}

interface UnloadedSlot {
  state: Pick<SlotState, 'settled'>
  model: { control: Pick<ModelControl, 'unload' | 'assertMayLeave'> } | undefined
}

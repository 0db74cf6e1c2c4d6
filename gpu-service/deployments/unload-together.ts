import { errors } from '../../shared/errors.ts'
import { Barrier } from './barrier.ts'
import type { ModelControl } from './model-control.ts'

/**
 * Has all slots give the memory of their models back, or none of them. One that may not is found before anything is
 * waited for, and once more when all could go: a deployment may have come meanwhile that keeps it. @throws AppError
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
    await slot.settled
    // One that holds none has nothing to give.
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
  settled: Promise<void>
  model: { control: Pick<ModelControl, 'unload' | 'assertMayLeave'> } | undefined
}

import { errors } from '../../../shared/errors.ts'
import type { Tensors } from '../../engine/engine.ts'
import { outputBytes, tooLarge } from '../../engine/output-size.ts'

/** Limits the outputs of all pieces of a request together, because an engine only limits a single run. */
export interface OutputRoom {
  bytesMax: number
  heldBytes: number
}

/**
 * Reserves room for the whole batch or none of it, because a failed batch is run again without the item at fault.
 * @throws AppError `inference_failed`
 */
export function takeOutputRoom(batch: readonly { room?: OutputRoom }[], answers: readonly Tensors[]): void {
  const taken: { room: OutputRoom; bytes: number }[] = []
  for (const [index, { room }] of batch.entries()) {
    if (room === undefined) continue
    const bytes = outputBytes(answers[index] ?? {})
    room.heldBytes += bytes
    taken.push({ room, bytes })
    if (room.heldBytes <= room.bytesMax) continue
    const reason = tooLarge({ bytes: room.heldBytes, bytesMax: room.bytesMax })
    for (const one of taken) one.room.heldBytes -= one.bytes
    throw errors.inferenceFailed(reason)
  }
}

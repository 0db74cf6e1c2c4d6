import { errors } from '../../../shared/errors.ts'
import type { Tensors } from '../../engine/engine.ts'
import { outputBytes, tooLarge } from '../../engine/output-size.ts'

/** What the pieces of one request may hold together: an engine bounds a run, and a request may be a thousand runs. */
export interface OutputRoom {
  bytesMax: number
  heldBytes: number
}

/** Takes the room of all of a batch, or of none of it, for it is run again without what is too much. @throws AppError `inference_failed` */
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

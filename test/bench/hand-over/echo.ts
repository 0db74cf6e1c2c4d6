import type { Tensors } from '../../../gpu-service/engine/engine.ts'
import type { PackedTensors } from '../../../gpu-service/engine/packed-tensors.ts'

/** The buffers that are transferred with a message to a thread rather than copied. */
export const buffersOf = (tensors: Tensors): ArrayBuffer[] => [
  ...new Set(Object.values(tensors).flatMap(({ data }) => (Array.isArray(data) ? [] : [data.buffer]))),
]

/** Replaces the model: one row of 384 numbers per text, so that only the handover is measured. */
export function echo(inputs: Tensors): PackedTensors {
  const [rows = 0] = inputs.input_ids?.dims ?? []
  return { embedding: { type: 'float32', dims: [rows, 384], data: new Float32Array(rows * 384) } }
}

import type { YieldTurn } from '../yield-turn.ts'
import type { Tensor, TensorData, Tensors } from './engine.ts'
import { packTexts, unpackTexts } from './packed-texts.ts'

/** A tensor whose data is bytes, even for texts. */
export interface PackedTensor extends Omit<Tensor, 'data'> {
  data: Exclude<TensorData, string[]>
}

export type PackedTensors = Record<string, PackedTensor>

/** Whether no tensor holds texts. */
export const isPacked = (tensors: Tensors): tensors is PackedTensors =>
  Object.values(tensors).every(({ data }) => !Array.isArray(data))

export async function packTensors(tensors: Tensors, yieldTurn: YieldTurn): Promise<PackedTensors> {
  const packed: PackedTensors = {}
  for (const [name, { type, dims, data }] of Object.entries(tensors))
    packed[name] = { type, dims, data: Array.isArray(data) ? await packTexts({ texts: data, yieldTurn }) : data }
  return packed
}

/** @throws Error if the bytes are not valid texts, which only a bug on the other side can cause */
export async function unpackTensors(packed: PackedTensors, yieldTurn: YieldTurn): Promise<Tensors> {
  const tensors: Tensors = {}
  for (const [name, { type, dims, data }] of Object.entries(packed)) {
    if (type !== 'string') {
      tensors[name] = { type, dims, data }
      continue
    }
    const fault = (what: string) => new Error(`the bytes of "${name}" ${what}`)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const count = dims.reduce((product, size) => product * size, 1)
    tensors[name] = { type, dims, data: await unpackTexts({ bytes, count, yieldTurn, fault }) }
  }
  return tensors
}

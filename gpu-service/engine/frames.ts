import type { TensorType } from './engine.ts'
import type { PackedTensor, PackedTensors } from './packed-tensors.ts'
import { arrays } from './tensor-types.ts'

/**
 * One message between the service and an engine process, on the wire:
 *
 *     u32 length of the head │ u32 length of the body, in units of 8 │ head, JSON │ body: the tensors, each at a multiple of 8
 *
 * The receiver reads the body into one buffer and the runtime uses views of it, so a tensor is copied once.
 */
export interface Frame<Message> {
  message: Message
  tensors?: PackedTensors | undefined
}

export const prefixBytes = 8
const unitBytes = 8
/** Up to this size, joining pieces by a copy is cheaper than several writes. */
const joinedBytesMax = 32_768

interface Head<Message> {
  message: Message
  tensors?: [name: string, type: TensorType, dims: readonly number[], sizeBytes: number][]
}

/** The pieces to write, in order. */
export function encodeFrame<Message>({ message, tensors }: Frame<Message>): Uint8Array[] {
  const parts = Object.entries(tensors ?? {}).map(([name, tensor]) => ({ name, tensor, bytes: bytesOf(tensor.data) }))
  const head: Head<Message> = {
    message,
    ...(tensors && {
      tensors: parts.map(({ name, tensor, bytes }) => [name, tensor.type, tensor.dims, bytes.byteLength]),
    }),
  }
  const headBytes = Buffer.from(JSON.stringify(head))
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeUInt32LE(headBytes.byteLength, 0)
  prefix.writeUInt32LE(
    parts.reduce((units, { bytes }) => units + unitsOf(bytes.byteLength), 0),
    4,
  )
  const pieces: Uint8Array[] = [prefix, headBytes]
  for (const { bytes } of parts) {
    pieces.push(bytes)
    const gap = unitsOf(bytes.byteLength) * unitBytes - bytes.byteLength
    if (gap > 0) pieces.push(new Uint8Array(gap))
  }
  return joined(pieces)
}

/** Joins pieces into one if they are short. */
export function joined(pieces: Uint8Array[]): Uint8Array[] {
  if (pieces.length < 2) return pieces
  const total = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return total <= joinedBytesMax ? [Buffer.concat(pieces, total)] : pieces
}

/** The lengths of the two parts after a prefix. */
export function readPrefix(prefix: Uint8Array): { headBytes: number; bodyBytes: number } {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes)
  return { headBytes: view.getUint32(0, true), bodyBytes: view.getUint32(4, true) * unitBytes }
}

/** The tensors are views of the body, which must be aligned to 8 bytes. */
export function decodeFrame<Message>(head: Uint8Array, body: ArrayBuffer): Frame<Message> {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8')
  const { message, tensors } = JSON.parse(text) as Head<Message>
  if (tensors === undefined) return { message }
  let offset = 0
  const read: PackedTensors = {}
  for (const [name, type, dims, sizeBytes] of tensors) {
    read[name] = { type, dims, data: viewOf({ type, body, offset, sizeBytes }) }
    offset += unitsOf(sizeBytes) * unitBytes
  }
  return { message, tensors: read }
}

const unitsOf = (sizeBytes: number): number => Math.ceil(sizeBytes / unitBytes)

const bytesOf = ({ buffer, byteOffset, byteLength }: PackedTensor['data']): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

interface View {
  type: TensorType
  body: ArrayBuffer
  offset: number
  sizeBytes: number
}

function viewOf({ type, body, offset, sizeBytes }: View): PackedTensor['data'] {
  if (type === 'string') return new Uint8Array(body, offset, sizeBytes)
  const View = arrays[type]
  return new View(body, offset, sizeBytes / View.BYTES_PER_ELEMENT)
}

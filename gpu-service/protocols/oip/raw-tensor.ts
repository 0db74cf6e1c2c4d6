import { errors } from '../../../shared/errors.ts'
import type { Tensors, TensorType } from '../../engine/engine.ts'
import { longText } from '../../engine/packed-texts.ts'
import { arrays, isTensorType } from '../../engine/tensor-types.ts'
import { elementsOf } from '../../tasks/tensors/signature.ts'
import type { TensorAccess } from '../../tasks/tensors/tensors.ts'
import { type YieldTurn, yieldTurnFor } from '../../yield-turn.ts'
import { readBinary } from './binary-tensor.ts'

/** A body that is a single tensor: its shape follows from the model and the number of bytes. */
export async function rawTensor({ body, tensors: { inputs }, signal }: RawTensor): Promise<Tensors> {
  const [only, ...others] = inputs
  if (only === undefined || others.length > 0)
    throw errors.invalidInput(
      `A body of raw bytes needs a model of one input; this one has ${inputs.length}.`,
      'inputs',
    )
  const { name, type, shape = [] } = only
  if (!isTensorType(type)) throw errors.invalidInput(`The input "${name}" is ${type}, which cannot be sent.`, name)
  const dims = dimsOf({ type, shape, sizeBytes: body.byteLength })
  if (dims === undefined)
    throw errors.invalidInput(`The shape of "${name}" does not follow from its bytes; send a JSON header.`, name)
  const count = elementsOf(dims, name)
  const data =
    type === 'string'
      ? [await onlyText(body, name, yieldTurnFor(signal))]
      : await readBinary({ bytes: body, type, count, param: name, yieldTurn: yieldTurnFor(signal) })
  return { [name]: { type, dims, data } }
}

interface RawTensor {
  body: Uint8Array
  tensors: Pick<TensorAccess, 'inputs'>
  signal: AbortSignal
}

/** Triton's rules: a text is one element, and with other dynamic dimensions than the batch, the batch is one row. */
function dimsOf({ type, shape, sizeBytes }: DimsOf): number[] | undefined {
  const isOpen = (size: number | string) => typeof size !== 'number' || size < 0
  const known = shape.reduce<number>((product, size) => (isOpen(size) ? product : product * Number(size)), 1)
  const open = shape.flatMap((size, axis) => (isOpen(size) ? [axis] : []))
  const filled = open.length > 1 && open[0] === 0 ? open.slice(1) : open
  if (type === 'string') return known === 1 ? shape.map(() => 1) : undefined
  if (known === 0 || filled.length > 1) return undefined
  const elements = Math.floor(sizeBytes / arrays[type].BYTES_PER_ELEMENT / known)
  return shape.map((size, axis) => (filled.includes(axis) ? elements : isOpen(size) ? 1 : Number(size)))
}

interface DimsOf {
  type: TensorType
  shape: readonly (number | string)[]
  sizeBytes: number
}

/** The whole body; unlike texts after a JSON header it has no length prefix. */
async function onlyText(body: Uint8Array, name: string, yieldTurn: YieldTurn): Promise<string> {
  const text = await longText(Buffer.from(body.buffer, body.byteOffset, body.byteLength), yieldTurn)
  if (text === undefined) throw errors.invalidInput(`The text of "${name}" is not valid UTF-8.`, name)
  return text
}

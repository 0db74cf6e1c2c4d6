import { errors } from '../../../shared/errors.ts'
import { isTensorType } from '../../engine/tensor-types.ts'
import { breatheFor } from '../../tasks/in-slices.ts'
import { elementsOf } from '../../tasks/tensors/signature.ts'
import type { TensorAccess } from '../../tasks/tensors/tensors.ts'
import { readBinary } from './binary-tensor.ts'
import type { InferRequest } from './infer-request.ts'

/** A body that is nothing but one tensor: its shape follows from the model's and from how many bytes came. */
export async function rawRequest({ body, tensors: { inputs }, signal }: RawRequest): Promise<InferRequest> {
  const [only, ...others] = inputs
  if (only === undefined || others.length > 0)
    throw errors.invalidInput(
      `A body of raw bytes needs a model of one input; this one has ${inputs.length}.`,
      'inputs',
    )
  const { name, type, shape = [] } = only
  if (!isTensorType(type)) throw errors.invalidInput(`The input "${name}" is ${type}, which cannot be sent.`, name)
  const open = shape.flatMap((size, axis) => (typeof size === 'number' && size >= 0 ? [] : [axis]))
  const known = shape.reduce<number>((product, size) => product * (typeof size === 'number' && size >= 0 ? size : 1), 1)
  if (open.length > 1 || known === 0)
    throw errors.invalidInput(`The shape of "${name}" does not follow from its bytes; send a JSON header.`, name)
  const bytesEach = { bool: 1, float16: 2, float32: 4, float64: 8, string: body.byteLength || 1 } as Record<
    string,
    number
  >
  const size = bytesEach[type] ?? Number(type.replace(/\D+/, '')) / 8
  const elements = type === 'string' ? known : body.byteLength / size
  const dims = shape.map((one, axis) => (open.includes(axis) ? Math.floor(elements / known) : Number(one)))
  const count = elementsOf(dims, name)
  const data = await readBinary({ bytes: body, type, count, param: name, breathe: breatheFor(signal) })
  return { id: undefined, parameters: {}, inputs: { [name]: { type, dims, data } }, outputs: [], isBinary: true }
}

interface RawRequest {
  body: Uint8Array
  tensors: Pick<TensorAccess, 'inputs'>
  signal: AbortSignal
}

import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { parseWith } from '../../../shared/http/json-body.ts'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { isTensorType } from '../../engine/tensor-types.ts'
import { elementsOf } from '../../tasks/tensors/signature.ts'
import type { TensorAccess } from '../../tasks/tensors/tensors.ts'
import { readBinary } from './binary-tensor.ts'
import { typeOf } from './datatypes.ts'
import { outlineOf } from './json-outline.ts'
import { tensorsMax } from './limits.ts'
import { parseOutline } from './parse-outline.ts'
import { readElements } from './read-elements.ts'

const parameters = z
  .looseObject({
    binary_data_output: z.boolean('must be true or false').optional(),
    /** In microseconds. */
    timeout: z.number('must be a number of microseconds').nonnegative('must be 0 or more').optional(),
    /** 1 is the highest, and 0 says nothing. */
    priority: z.int('must be a whole number from 0').nonnegative('must be a whole number from 0').optional(),
  })
  .nullish()

const input = z.looseObject({
  name: z.string(),
  shape: z.array(z.number()),
  datatype: z.string(),
  parameters: z.looseObject({ binary_data_size: z.number().int().nonnegative().optional() }).nullish(),
  /** Its place among the lists that were taken out. */
  data: z.number().int().nonnegative().optional(),
})

const wantedOutput = z.looseObject({
  name: z.string(),
  parameters: z
    .looseObject({ binary_data: z.boolean('must be true or false').optional(), classification: z.unknown().optional() })
    .nullish(),
})

const outline = z.looseObject({
  id: z.string().max(1024).optional(),
  parameters,
  inputs: z.array(input).min(1, 'is empty').max(tensorsMax),
  outputs: z.array(wantedOutput).max(tensorsMax).nullish(),
})

export interface InferRequest {
  id: string | undefined
  parameters: NonNullable<z.output<typeof parameters>>
  inputs: Tensors
  /** All, where it names none. */
  outputs: { name: string; isBinary: boolean }[]
  /** Whether outputs that it does not name come as bytes. */
  isBinary: boolean
}

/** The JSON, and behind it the bytes of the tensors that have no `data` in it. @throws AppError */
export async function readInferRequest({ body, headerLength, tensors, signal }: ReadRequest): Promise<InferRequest> {
  if (headerLength === 0) return rawRequest(body, tensors)
  const length = headerLength ?? body.byteLength
  const { text, data } = await outlineOf(body.subarray(0, length), signal)
  const { id, parameters: asked, inputs, outputs } = parseWith(outline, parseOutline(text))
  const read: Tensors = Object.create(null)
  let at = length
  for (const [index, { name, shape, datatype, parameters: own, data: place }] of inputs.entries()) {
    const param = `inputs[${index}]`
    if (name in read) throw errors.invalidInput(`The input "${name}" is given twice.`, param)
    const type = typeOf(datatype, `${param}.datatype`)
    const count = elementsOf(shape, `${param}.shape`)
    const size = own?.binary_data_size
    const scanned = place === undefined ? undefined : data[place]
    // A caller who writes a number for "data" could name one list for many inputs, and have memory taken for each.
    if (place !== undefined) delete data[place]
    if ((size === undefined) === (scanned === undefined))
      throw errors.invalidInput(
        `"${param}" must have either "data", a list, or "parameters.binary_data_size" with its bytes behind the JSON.`,
        param,
      )
    if (size !== undefined) {
      if (headerLength === undefined)
        throw errors.invalidInput(
          `"${param}" is binary; that needs the header "Inference-Header-Content-Length".`,
          param,
        )
      if (at + size > body.byteLength)
        throw errors.invalidInput(`The body ends before the ${size} bytes of "${param}".`, param)
      read[name] = { type, dims: shape, data: readBinary({ bytes: body.subarray(at, at + size), type, count, param }) }
      at += size
    } else if (scanned !== undefined) {
      const elements = await readElements({ scanned, type, shape, count, param: `${param}.data`, signal })
      read[name] = { type, dims: shape, data: elements }
    }
  }
  if (at !== body.byteLength)
    throw errors.invalidInput(`The body has ${body.byteLength - at} bytes that belong to no input.`, 'inputs')
  const isBinary = asked?.binary_data_output === true
  return {
    id,
    parameters: asked ?? {},
    inputs: { ...read },
    outputs: (outputs ?? []).map((one) => wanted(one, isBinary)),
    isBinary,
  }
}

interface ReadRequest {
  body: Uint8Array
  /** What `Inference-Header-Content-Length` says. */
  headerLength: number | undefined
  tensors: Pick<TensorAccess, 'inputs'>
  signal: AbortSignal
}

function wanted({ name, parameters: own }: z.output<typeof wantedOutput>, isBinary: boolean) {
  if (own?.classification !== undefined)
    throw errors.invalidInput(`The classification of "${name}" is not served; ask for the output itself.`, 'outputs')
  return { name, isBinary: own?.binary_data ?? isBinary }
}

/** A body that is nothing but one tensor: its shape follows from the model's and from how many bytes came. */
function rawRequest(body: Uint8Array, { inputs }: Pick<TensorAccess, 'inputs'>): InferRequest {
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
  const tensor: Tensor = { type, dims, data: readBinary({ bytes: body, type, count, param: name }) }
  return { id: undefined, parameters: {}, inputs: { [name]: tensor }, outputs: [], isBinary: true }
}

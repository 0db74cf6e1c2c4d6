import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { checkInputs, rowsOf } from '../../tasks/tensors/signature.ts'
import type { TensorAccess } from '../../tasks/tensors/tensors.ts'
import type { BodyHold } from '../body-room.ts'
import { classesMax } from './classify-output.ts'
import { elementsOf, givenInput, givenInputs, takeTextRoom } from './given-inputs.ts'
import { outlineOf } from './json-outline.ts'
import { tensorsMax } from './limits.ts'
import { noSharedMemory } from './not-served.ts'
import { parseOutline } from './parse-outline.ts'
import { rawTensor } from './raw-tensor.ts'

const parameters = z
  .looseObject({
    binary_data_output: z.boolean('must be true or false').optional(),
    /** In microseconds. */
    timeout: z.number('must be a number of microseconds').nonnegative('must be 0 or more').optional(),
    /** 1 is the highest; 0 means default. */
    priority: z.int('must be a whole number from 0').nonnegative('must be a whole number from 0').optional(),
  })
  .nullish()

const classification = z
  .int(`must be a whole number up to ${classesMax}`)
  .positive('must be 1 or more')
  .max(classesMax, `must be a whole number up to ${classesMax}`)

const wantedOutput = z.looseObject({
  name: z.string(),
  parameters: z
    .looseObject({
      binary_data: z.boolean('must be true or false').optional(),
      classification: classification.optional(),
      shared_memory_region: noSharedMemory,
    })
    .nullish(),
})

const outline = z.looseObject({
  id: z.string().max(1024).optional(),
  parameters,
  inputs: z.array(givenInput).min(1, 'is empty').max(tensorsMax),
  outputs: z.array(wantedOutput).max(tensorsMax).nullish(),
})

export interface InferRequest {
  id: string | undefined
  parameters: NonNullable<z.output<typeof parameters>>
  inputs: Tensors
  /** Empty if the request names none, which means all outputs. */
  outputs: WantedOutput[]
  /** Whether unnamed outputs are sent as bytes. */
  isBinary: boolean
}

export interface WantedOutput {
  name: string
  isBinary: boolean
  /** The number of largest values of each row to send instead of all. */
  classes?: number | undefined
}

/** Reads the JSON and the bytes after it, which belong to the tensors without `data`. @throws AppError */
export async function readInferRequest({
  body,
  headerLength,
  tensors,
  hold,
  signal,
}: ReadRequest): Promise<InferRequest> {
  if (headerLength === 0) {
    const inputs = await rawTensor({ body, tensors, signal })
    return { id: undefined, parameters: {}, inputs, outputs: [], isBinary: true }
  }
  const length = headerLength ?? body.byteLength
  const { text, data } = await outlineOf(body.subarray(0, length), signal)
  const { id, parameters: asked, inputs, outputs } = parseWith(outline, parseOutline(text))
  const given = givenInputs({ inputs, data, binary: body.subarray(length), hasHeader: headerLength !== undefined })
  // Checked before the elements are parsed, because a small body may have millions, for inputs the model lacks.
  const heads = Object.fromEntries(given.map((one) => [one.name, one]))
  checkInputs(heads, tensors.inputs)
  rowsOf(heads)
  takeTextRoom(given, hold)
  const read: [string, Tensor][] = []
  for (const one of given)
    read.push([one.name, { type: one.type, dims: one.dims, data: await elementsOf(one, signal) }])
  const isBinary = asked?.binary_data_output === true
  return {
    id,
    parameters: asked ?? {},
    inputs: Object.fromEntries(read),
    outputs: (outputs ?? []).map((one) => wanted(one, isBinary)),
    isBinary,
  }
}

interface ReadRequest {
  body: Uint8Array
  /** The `Inference-Header-Content-Length`. */
  headerLength: number | undefined
  tensors: Pick<TensorAccess, 'inputs'>
  /** The request's share of the room for bodies. */
  hold?: Pick<BodyHold, 'add'> | undefined
  signal: AbortSignal
}

const wanted = ({ name, parameters: own }: z.output<typeof wantedOutput>, isBinary: boolean): WantedOutput => ({
  name,
  isBinary: own?.binary_data ?? isBinary,
  classes: own?.classification,
})

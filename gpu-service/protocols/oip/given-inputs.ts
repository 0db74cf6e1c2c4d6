import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { TensorData, TensorType } from '../../engine/engine.ts'
import { elementsOf as countOf } from '../../tasks/tensors/signature.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import type { BodyHold } from '../body-room.ts'
import { readBinary } from './binary-tensor.ts'
import type { ScannedData } from './data-scanner.ts'
import { typeOf } from './datatypes.ts'
import { textsMax } from './limits.ts'
import { noSharedMemory } from './not-served.ts'
import { readElements } from './read-elements.ts'

/** An input in a request's JSON. */
export const givenInput = z.looseObject({
  name: z.string(),
  shape: z.array(z.number()),
  datatype: z.string(),
  parameters: z
    .looseObject({ binary_data_size: z.number().int().nonnegative().optional(), shared_memory_region: noSharedMemory })
    .nullish(),
  /** A number in place of a list of elements; anything else is as the caller wrote it. */
  data: z.unknown().optional(),
})

/** An input whose elements are not parsed yet. */
interface GivenInput {
  name: string
  type: TensorType
  dims: readonly number[]
  count: number
  elements: { bytes: Uint8Array } | { scanned: ScannedData }
  param: string
}

/** Locates the elements of each input: in the JSON or in the bytes after it. @throws AppError `invalid_input` */
export function givenInputs({ inputs, data, binary, hasHeader }: GivenInputs): GivenInput[] {
  const names = new Set<string>()
  let at = 0
  const given = inputs.map(({ name, shape, datatype, parameters: own, data: written }, index): GivenInput => {
    const param = `inputs[${index}]`
    if (names.has(name)) throw errors.invalidInput(`The input "${name}" is given twice.`, param)
    names.add(name)
    const head = {
      name,
      type: typeOf(datatype, `${param}.datatype`),
      dims: shape,
      count: countOf(shape, `${param}.shape`),
    }
    const size = own?.binary_data_size
    const scanned = data.get(index)
    if (written !== undefined && scanned === undefined)
      throw errors.invalidInput(`"${param}.data" must be a list of the elements.`, `${param}.data`)
    if (size === undefined && scanned !== undefined) return { ...head, elements: { scanned }, param: `${param}.data` }
    if (size === undefined || scanned !== undefined)
      throw errors.invalidInput(
        `"${param}" must have either "data", a list, or "parameters.binary_data_size" with its bytes after the JSON.`,
        param,
      )
    if (!hasHeader)
      throw errors.invalidInput(`"${param}" is binary; that needs the header "Inference-Header-Content-Length".`, param)
    if (at + size > binary.byteLength)
      throw errors.invalidInput(`The body ends before the ${size} bytes of "${param}".`, param)
    at += size
    return { ...head, elements: { bytes: binary.subarray(at - size, at) }, param }
  })
  if (at !== binary.byteLength)
    throw errors.invalidInput(`The body has ${binary.byteLength - at} bytes that belong to no input.`, 'inputs')
  return given
}

interface GivenInputs {
  inputs: readonly z.output<typeof givenInput>[]
  /** By the index of the input. */
  data: ReadonlyMap<number, ScannedData>
  /** The bytes after the JSON. */
  binary: Uint8Array
  hasHeader: boolean
}

/** The memory of a text besides its characters. */
const textBytes = 32

/**
 * Reserves memory for texts, because an empty one is three bytes of a body and far more in memory. @throws AppError
 * `invalid_input`, `overloaded`
 */
export function takeTextRoom(given: readonly GivenInput[], hold: Pick<BodyHold, 'add'> | undefined): void {
  const texts = given.reduce((total, { type, count }) => (type === 'string' ? total + count : total), 0)
  if (texts > textsMax)
    throw errors.invalidInput(`The inputs have ${texts} texts; the limit is ${textsMax} per request.`, 'inputs')
  hold?.add(texts * textBytes)
}

/** @throws AppError `invalid_json`, `invalid_input` */
export function elementsOf(
  { elements, param, dims, type, count }: GivenInput,
  signal: AbortSignal,
): Promise<TensorData> {
  return 'bytes' in elements
    ? readBinary({ bytes: elements.bytes, type, count, param, yieldTurn: yieldTurnFor(signal) })
    : readElements({ scanned: elements.scanned, type, shape: dims, count, param, signal })
}

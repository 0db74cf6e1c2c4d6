import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { isTensorType } from '../../engine/tensor-types.ts'
import { createFiller, type TensorFiller } from './read-values.ts'
import { elementsOf } from './signature.ts'
import { dimensionsMax } from './tensor-limits.ts'

/** Elements to read before yielding to the event loop: about a millisecond's worth. */
const sliceElements = 16_384

/**
 * Converts `{name: nested list}` to tensors of the model's types, with the shape of the nesting. @throws AppError
 * `invalid_input`
 */
export async function readNested({ inputs, signature, signal }: ReadNested): Promise<Tensors> {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs))
    throw errors.invalidInput(
      `"inputs" must be an object with a list for each input, such as {"${signature[0]?.name ?? 'x'}": [[1, 2]]}.`,
      'inputs',
    )
  const given = new Map(Object.entries(inputs))
  const read: [string, Tensor][] = []
  for (const [name, value] of given) {
    const type = signature.find((one) => one.name === name)?.type
    if (type === undefined || !isTensorType(type))
      throw errors.invalidInput(
        `The model has no input "${name}"; it takes ${signature.map((one) => `"${one.name}"`).join(', ')}.`,
        `inputs.${name}`,
      )
    const param = `inputs.${name}`
    const dims = nestingOf(value, param)
    const filler = createFiller({ type, length: elementsOf(dims, param), param })
    await fill({ value, dims, filler, param, signal })
    read.push([name, { type, dims, data: filler.data }])
  }
  return Object.fromEntries(read)
}

interface ReadNested {
  inputs: unknown
  signature: readonly TensorSignature[]
  signal: AbortSignal
}

/** The length of the first list at each depth, which all others must match. */
function nestingOf(value: unknown, param: string): number[] {
  const dims: number[] = []
  for (let inner = value; Array.isArray(inner); inner = inner[0]) {
    if (dims.length === dimensionsMax)
      throw errors.invalidInput(`"${param}" is nested deeper than ${dimensionsMax} lists.`, param)
    dims.push(inner.length)
  }
  return dims
}

async function fill({ value, dims, filler, param, signal }: Fill): Promise<void> {
  let next = sliceElements
  // An explicit stack instead of recursion, to be able to yield to the event loop.
  const open: { list: readonly unknown[]; at: number }[] = []
  const visit = (one: unknown) => {
    const size = dims[open.length]
    if (size === undefined) return filler.add(one)
    if (!Array.isArray(one) || one.length !== size)
      throw errors.invalidInput(
        `"${param}" is ragged: near element ${filler.count} there must be a list of ${size}, as the first one is.`,
        param,
      )
    open.push({ list: one, at: 0 })
  }
  visit(value)
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.at === top.list.length) open.pop()
    else visit(top.list[top.at++])
    if (filler.count < next) continue
    next = filler.count + sliceElements
    await nextTurn()
    if (signal.aborted) throw errors.clientClosed()
  }
}

interface Fill {
  value: unknown
  dims: readonly number[]
  filler: TensorFiller
  param: string
  signal: AbortSignal
}

import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { Tensor } from '../../engine/engine.ts'
import { dimensionsMax, elementsMax, rowsMax } from './tensor-limits.ts'

/** Returns the number of elements of a shape. @throws AppError `invalid_input` if it is invalid or too large */
export function elementsOf(shape: readonly number[], param: string): number {
  if (shape.length > dimensionsMax)
    throw errors.invalidInput(`"${param}" has ${shape.length} dimensions; the limit is ${dimensionsMax}.`, param)
  let elements = 1
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw errors.invalidInput(`"${param}" has the dimension ${size}; each must be a whole number, at least 0.`, param)
    // Stays above the limit once exceeded, so the product cannot overflow.
    elements = Math.min(elements * size, elementsMax + 1)
  }
  if (elements > elementsMax)
    throw errors.invalidInput(`"${param}" has over ${elementsMax} elements, the limit per tensor. Send fewer.`, param)
  return elements
}

/** A tensor without its data. */
type TensorHead = Pick<Tensor, 'type' | 'dims'>

/** Refuses inputs that do not match the graph's. @throws AppError `invalid_input` */
export function checkInputs(inputs: Record<string, TensorHead>, signature: readonly TensorSignature[]): void {
  const known = new Map(signature.map((one) => [one.name, one]))
  const strange = Object.keys(inputs).find((name) => !known.has(name))
  if (strange !== undefined)
    throw errors.invalidInput(`The model has no input "${strange}". It takes ${listed(signature)}.`, strange)
  const sizes = new Map<string, { size: number; input: string }>()
  for (const { name, type, shape } of signature) {
    const tensor = Object.hasOwn(inputs, name) ? inputs[name] : undefined
    if (tensor === undefined)
      throw errors.invalidInput(`The input "${name}" is missing. The model takes ${listed(signature)}.`, name)
    if (tensor.type !== type)
      throw errors.invalidInput(`The input "${name}" is ${tensor.type}; the model takes ${type}.`, name)
    if (shape !== undefined) checkShape({ name, tensor, shape, sizes })
  }
}

function checkShape({ name, tensor: { dims }, shape, sizes }: CheckShape): void {
  const fault = () =>
    errors.invalidInput(
      `The input "${name}" has the shape [${dims.join(', ')}]; the model takes [${shape.join(', ')}].`,
      name,
    )
  if (dims.length !== shape.length) throw fault()
  for (const [axis, size] of dims.entries()) {
    const expected = shape[axis]
    if (typeof expected === 'number') {
      if (expected >= 0 && expected !== size) throw fault()
    } else if (expected !== undefined && expected !== '') {
      const before = sizes.get(expected)
      if (before !== undefined && before.size !== size)
        throw errors.invalidInput(
          `The inputs "${before.input}" and "${name}" differ in "${expected}": ${before.size} and ${size}.`,
          name,
        )
      sizes.set(expected, { size, input: name })
    }
  }
}

interface CheckShape {
  name: string
  tensor: TensorHead
  shape: readonly (number | string)[]
  sizes: Map<string, { size: number; input: string }>
}

/**
 * Returns the number of rows, or undefined if the inputs differ in it. @throws AppError `invalid_input` for none or too
 * many
 */
export function rowsOf(inputs: Record<string, TensorHead>): number | undefined {
  const counts = new Set(Object.values(inputs).map(({ dims }) => dims[0]))
  const [rows] = counts
  if (counts.size !== 1 || rows === undefined) return undefined
  if (rows === 0) throw errors.invalidInput('The inputs hold no rows: send at least one.', 'inputs')
  if (rows > rowsMax)
    throw errors.invalidInput(`The inputs have ${rows} rows; the limit is ${rowsMax} per request.`, 'inputs')
  return rows
}

const listed = (signature: readonly TensorSignature[]): string =>
  signature
    .slice(0, 20)
    .map(({ name, type, shape }) => `"${name}" (${type} [${shape?.join(', ') ?? '…'}])`)
    .join(', ')

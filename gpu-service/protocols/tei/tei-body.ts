import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import type { Truncation } from '../../tasks/capabilities.ts'
import { inputsMax } from '../../tasks/limits.ts'
import { teiErrors } from './tei-errors.ts'

const ids = z.array(z.number()).min(1, 'is empty')
const textOrIds = z.union([z.string(), ids], { error: 'must be a text or a list of token ids' })

export const truncationFields = {
  truncate: z.boolean().nullish(),
  truncation_direction: z.enum(['Left', 'Right', 'left', 'right']).nullish(),
}

/** Cut unless it is said otherwise, as the server does by default. */
export const truncationOf = ({ truncate, truncation_direction }: TruncationFields): Truncation => ({
  truncate: truncate ?? true,
  direction: truncation_direction?.toLowerCase() === 'left' ? 'left' : 'right',
})

type TruncationFields = z.output<z.ZodObject<typeof truncationFields>>

export type TextOrIds = string | number[]

/** One text, one list of token ids, or several of either. @throws AppError `empty_input`, `batch_too_large`, … */
export function readInputs(inputs: unknown, field = 'inputs'): { list: TextOrIds[]; isSingle: boolean } {
  const isIds = Array.isArray(inputs) && inputs.length > 0 && inputs.every((one) => typeof one === 'number')
  if (typeof inputs === 'string' || isIds)
    return {
      list: [assertText(parseWith(z.object({ [field]: textOrIds }), { [field]: inputs })[field] ?? '', field)],
      isSingle: true,
    }
  const given = assertCount(inputs, field)
  const list = parseWith(z.object({ [field]: z.array(textOrIds) }), { [field]: given })[field] ?? []
  for (const one of list) assertText(one, field)
  return { list, isSingle: false }
}

/** Neither a text nor a pair of texts may be nothing at all. @throws AppError `empty_input` */
export function assertText<Input extends TextOrIds | readonly string[]>(input: Input, field: string): Input {
  const isEmpty = typeof input === 'string' ? input === '' : input.every((one) => one === '')
  if (isEmpty) throw teiErrors.empty(field)
  return input
}

/** The count is looked at before anything else of a list. */
export function assertCount(inputs: unknown, field: string, max = inputsMax): unknown {
  if (!Array.isArray(inputs)) return inputs
  if (inputs.length === 0) throw teiErrors.empty(field)
  if (inputs.length > max) throw teiErrors.batchSize(inputs.length, max, field)
  return inputs
}

/** How many characters texts have; tokens that a caller made have none. */
export function charactersOf(inputs: readonly (TextOrIds | readonly string[])[]): number {
  let total = 0
  for (const input of inputs)
    for (const text of typeof input === 'string' ? [input] : input) if (typeof text === 'string') total += countOf(text)
  return total
}

/** A pair of UTF-16 units is one character. */
function countOf(text: string): number {
  let count = text.length
  for (let index = 0; index < text.length - 1; index++)
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) count--
  return count
}

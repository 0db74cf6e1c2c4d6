import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { parseWith } from '../../../shared/http/json-body.ts'
import { surrogatePairs } from '../../surrogates.ts'
import { isIds, type TextOrIds } from '../../tasks/feature-extraction/texts-or-ids.ts'
import { inputsMax } from '../../tasks/limits.ts'
import type { Truncation } from '../../tasks/text/truncation.ts'
import { teiErrors } from './tei-errors.ts'

export const truncationFields = {
  truncate: z.boolean().nullish(),
  truncation_direction: z.enum(['Left', 'Right', 'left', 'right']).nullish(),
}

/** Truncates by default, like the original server. */
export const truncationOf = ({ truncate, truncation_direction }: TruncationFields): Truncation => ({
  truncate: truncate ?? true,
  direction: truncation_direction?.toLowerCase() === 'left' ? 'left' : 'right',
})

type TruncationFields = z.output<z.ZodObject<typeof truncationFields>>

/**
 * Reads one text, one list of token ids, or several of either. @throws AppError `empty_input`, `batch_too_large`,
 * `invalid_request`
 */
export function readInputs(inputs: unknown, field = 'inputs'): { list: TextOrIds[]; isSingle: boolean } {
  if (typeof inputs === 'string' || isIds(inputs)) return { list: [assertText(inputs, field)], isSingle: true }
  const given = parseWith(z.object({ [field]: z.array(z.unknown()) }), { [field]: assertCount(inputs, field) })[field]
  const list = (given ?? []).map((one, index) => {
    if (typeof one === 'string' || isIds(one)) return assertText(one, field)
    throw notTextNorIds(one, `${field}.${index}`)
  })
  return { list, isSingle: false }
}

const notTextNorIds = (input: unknown, param: string) =>
  errors.invalidRequest(
    `"${param}": ${Array.isArray(input) && input.length === 0 ? 'is empty' : 'must be a text or a list of token ids'}.`,
    param,
  )

/** A text or a pair of texts must not be empty. @throws AppError `empty_input` */
export function assertText<Input extends TextOrIds | readonly string[]>(input: Input, field: string): Input {
  const isEmpty = typeof input === 'string' ? input === '' : input.every((one) => one === '')
  if (isEmpty) throw teiErrors.empty(field)
  return input
}

/** Checked before the items themselves. */
export function assertCount(inputs: unknown, field: string, max = inputsMax): unknown {
  if (!Array.isArray(inputs)) return inputs
  if (inputs.length === 0) throw teiErrors.empty(field)
  if (inputs.length > max) throw teiErrors.batchSize(inputs.length, max, field)
  return inputs
}

/** The number of characters of texts; a caller's own tokens have none. */
export function charactersOf(inputs: readonly (TextOrIds | readonly string[])[]): number {
  let total = 0
  for (const input of inputs)
    if (typeof input === 'string') total += countOf(input)
    else if (typeof input[0] === 'string') for (const text of input) total += countOf(String(text))
  return total
}

/** A surrogate pair is one character. */
const countOf = (text: string): number => text.length - surrogatePairs(text, 0, text.length)

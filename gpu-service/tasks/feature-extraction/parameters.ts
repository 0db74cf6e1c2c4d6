import * as z from 'zod'
import { AppError, errors } from '../../../shared/errors.ts'
import { parseWith } from '../../../shared/http/json-body.ts'
import { directionNamed } from '../text/parameters.ts'
import type { Truncation } from '../text/truncation.ts'

const embeddingParameters = z.looseObject({
  truncate: z.boolean().nullish(),
  truncation_direction: z.enum(['left', 'right', 'Left', 'Right']).nullish(),
  prompt_name: z.string().nullish(),
  normalize: z.boolean().nullish(),
  dimensions: z.number().int().positive().nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
})

/** Parses the parameters sent with the texts. @throws AppError `invalid_input` naming the parameter at fault */
export function readEmbeddingParameters(parameters: Record<string, unknown>) {
  const { truncate, truncation_direction, prompt_name, ...rest } = parseInput(embeddingParameters, parameters)
  const truncation: Truncation = {
    truncate: truncate ?? true,
    direction: directionNamed(truncation_direction),
  }
  return { ...rest, truncation, promptName: prompt_name }
}

/** Parses a part of a pipeline's body; all of it is input, so errors are `invalid_input`. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  try {
    return parseWith(schema, value)
  } catch (error) {
    throw error instanceof AppError ? errors.invalidInput(error.message, error.param) : error
  }
}

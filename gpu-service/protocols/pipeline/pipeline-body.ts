import type { Context } from 'hono'
import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { readFailure } from '../../../shared/http/aborted-body.ts'
import { assertFewFields, refusePacked } from '../../../shared/http/json-body.ts'
import { servedTasks } from '../../../shared/model/served-tasks.ts'
import { formatOf } from '../../tasks/image/picture-format.ts'
import type { PipelineRequest } from '../../tasks/task.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import { readJsonInSlices } from '../read-json-in-slices.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { assertFewValues, isBytes, isLarge } from './body-limit.ts'

const body = z.looseObject({
  inputs: z.unknown().refine((inputs) => inputs !== undefined, 'is missing'),
  parameters: z.preprocess((value) => {
    assertFewFields(value, '"parameters"')
    return value
  }, z.looseObject({}).nullish()),
})

/** Hugging Face's client sends the rows of a tabular task as `table`, without `inputs`. */
const tabularBody = z.preprocess((given) => {
  if (!isRecord(given) || given.table === undefined) return given
  const { inputs, table, ...rest } = given
  return inputs === undefined || inputs === null ? { ...rest, inputs: { data: table } } : given
}, body)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads JSON with `inputs`, or a bare picture. @throws AppError `invalid_json`, `invalid_request` */
export async function readPipelineBody(
  context: Context<ServingEnvironment>,
  task: string,
): Promise<Pick<PipelineRequest, 'inputs' | 'parameters'>> {
  if (isBytes(context) || (isNotJson(context) && formatOf(await bytesOf(context)) !== undefined))
    return { inputs: await bytesOf(context), parameters: {} }
  if (isLarge(context)) {
    const yieldTurn = yieldTurnFor(context.req.raw.signal)
    assertFewValues(await bytesOf(context))
    await yieldTurn()
  }
  const { inputs, parameters, ...root } = await readJsonInSlices(
    context,
    task.startsWith('tabular-') ? tabularBody : body,
  )
  // Only clients of text generation send these, and they cannot read the answers of other tasks.
  if (typeof root.stream === 'boolean') throw errors.generationNotServed('"stream"', servedTasks)
  if (typeof parameters?.max_new_tokens === 'number') throw errors.generationNotServed('"max_new_tokens"', servedTasks)
  return { inputs, parameters: { ...root, ...parameters } }
}

/** Hugging Face's client sends a Blob without a type, for which fetch and curl set a form's or a text's. */
const isNotJson = (context: Context): boolean => !/\bjson\b/i.test(context.req.header('content-type') ?? '')

async function bytesOf(context: Context): Promise<Uint8Array> {
  refusePacked(context)
  const buffer = await context.req.arrayBuffer().catch((error) => {
    throw readFailure(context, error)
  })
  return new Uint8Array(buffer)
}

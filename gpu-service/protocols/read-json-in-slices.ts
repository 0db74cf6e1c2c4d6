import type { Context } from 'hono'
import type { z } from 'zod'
import { parseJsonInSteps, parseWith, textOf } from '../../shared/http/json-body.ts'
import { afterSteps, yieldTurnFor } from '../yield-turn.ts'

/** Reads a JSON body in slices, yielding in between. @throws AppError `invalid_json`, `invalid_request` */
export async function readJsonInSlices<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const yieldTurn = yieldTurnFor(context.req.raw.signal)
  return parseWith(schema, await afterSteps(parseJsonInSteps(await textOf(context)), yieldTurn))
}

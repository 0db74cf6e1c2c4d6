import type { Context } from 'hono'
import type { z } from 'zod'
import { parseJsonInSteps, parseWith, textOf } from '../../shared/http/json-body.ts'
import { breatheFor } from '../in-slices.ts'

/** Reads a JSON body in slices that let others in between. @throws AppError `invalid_json`, `invalid_request` */
export async function readJson<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const breathe = breatheFor(context.req.raw.signal)
  const steps = parseJsonInSteps(await textOf(context))
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return parseWith(schema, step.value)
    await breathe()
  }
}

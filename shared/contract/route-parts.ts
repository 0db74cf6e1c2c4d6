import { z } from '@hono/zod-openapi'

/** What the descriptions of routes are put together from. */
export const security = [{ apiKey: [] }]
/** A route that strangers may ask too, and are told less. */
export const optionalSecurity = [{ apiKey: [] }, {}]
/** A route that asks for no token. */
export const openSecurity: [] = []

const failure = z
  .object({
    error: z
      .object({
        code: z.string().openapi({ example: 'repo_not_found' }),
        message: z.string(),
        param: z.string().optional(),
        retryable: z.boolean(),
        requestId: z.string(),
      })
      .loose(),
  })
  .openapi('Error')

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  content: { 'application/json': { schema } },
  description,
})

export const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true, content: { 'application/json': { schema } } },
})

/** Failures, in the envelope of a protocol. */
export const failuresAs = <Schema extends z.ZodType>(schema: Schema) => ({
  '4XX': json(schema, 'What is wrong, where, and how to mend it.'),
  '5XX': json(schema, 'Our fault.'),
})

/** Failures of the platform's own API. */
export const failures = failuresAs(failure)

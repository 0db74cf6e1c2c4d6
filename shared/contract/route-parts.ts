import { z } from '@hono/zod-openapi'

export const security = [{ apiKey: [] }]
/** A route that also answers without a token, with less detail. */
export const optionalSecurity = [{ apiKey: [] }, {}]
/** A route without a token. */
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

/** Error responses in a protocol's envelope. */
export const failuresAs = <Schema extends z.ZodType>(schema: Schema) => ({
  '4XX': json(schema, 'What is wrong, where, and how to fix it.'),
  '5XX': json(schema, 'Our fault.'),
})

/** Error responses of the platform's own API. */
export const failures = failuresAs(failure)

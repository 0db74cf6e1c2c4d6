import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import { routes } from './routes.ts'

/** The OpenAPI 3.1 document of the platform API, made from the contract itself. */
export function openapiDocument({ version }: { version: string }) {
  const described = new OpenAPIHono()
  const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'hf_…' } as const
  described.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', scheme)
  for (const [name, route] of Object.entries(routes)) described.openAPIRegistry.registerPath(withKey(name, route))
  return described.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Slipway', version } })
}

/** Every creation takes one, whichever route it is: a middleware answers it again. */
const idempotencyKey = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .openapi({
      description:
        'A name of your own for this creation. Sent again with the same body within 24 hours it is answered as it was the first time, with `Idempotent-Replayed: true`, and not done again. While the first is at work: 409 `idempotency_in_flight`. With another body: 422 `idempotency_key_reused`. Where the answer showed a secret it is not kept: 409 `idempotency_answer_not_kept`. What was refused is judged anew.',
    }),
})

const withKey = (name: string, route: RouteConfig): RouteConfig =>
  route.method === 'post' && name.startsWith('create')
    ? { ...route, request: { ...route.request, headers: idempotencyKey } }
    : route

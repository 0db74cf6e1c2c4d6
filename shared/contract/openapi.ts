import { OpenAPIHono } from '@hono/zod-openapi'
import { modelRoutes } from './model-routes.ts'
import { answeredHeaders, withHeaders } from './openapi-headers.ts'
import { routes } from './routes.ts'

/** The OpenAPI 3.1 document of the platform API, generated from the contract. */
export function openapiDocument({ version }: { version: string }) {
  const described = new OpenAPIHono()
  const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'hf_…' } as const
  described.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', scheme)
  for (const [name, header] of Object.entries(answeredHeaders))
    described.openAPIRegistry.registerComponent('headers', name, header)
  for (const [name, route] of Object.entries({ ...routes, ...modelRoutes }))
    described.openAPIRegistry.registerPath(withHeaders(name, route))
  return described.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Slipway', version } })
}

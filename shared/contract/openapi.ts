import { OpenAPIHono } from '@hono/zod-openapi'
import { routes } from './routes.ts'

/** The OpenAPI 3.1 document of the platform API, made from the contract itself. */
export function openapiDocument({ version }: { version: string }) {
  const described = new OpenAPIHono()
  const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'hf_…' } as const
  described.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', scheme)
  for (const route of Object.values(routes)) described.openAPIRegistry.registerPath(route)
  return described.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Slipway', version } })
}

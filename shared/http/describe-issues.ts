import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import { plainIssues } from '../plain-issues.ts'
import type { HttpEnvironment } from './context.ts'

/** Makes the validators of an app's routes describe issues in plain words, for which Hono has no setting. */
export function describeIssues(app: OpenAPIHono<HttpEnvironment>): void {
  const { openapi } = app
  const described = ({ request, ...route }: RouteConfig, ...rest: [never]) =>
    openapi({ ...route, ...(request && { request: withPlainIssues(request) }) }, ...rest)
  app.openapi = described as typeof openapi
}

type RequestSchemas = NonNullable<RouteConfig['request']>

function withPlainIssues({ params, query, body, ...others }: RequestSchemas): RequestSchemas {
  return {
    ...others,
    ...(params && { params: describing(params) }),
    ...(query && { query: describing(query) }),
    ...(body && { body: { ...body, content: withPlainContent(body.content) } }),
  }
}

/** Bodies are JSON in the whole contract. */
function withPlainContent(content: Content): Content {
  const json = content['application/json']
  if (json === undefined || !('schema' in json) || !(json.schema instanceof z.ZodType)) return content
  return { ...content, 'application/json': { ...json, schema: describing(json.schema) } }
}

type Content = NonNullable<RequestSchemas['body']>['content']

const describing = <Schema extends z.ZodType>(schema: Schema): Schema =>
  Object.create(schema, {
    safeParseAsync: { value: (value: unknown) => schema.safeParseAsync(value, plainIssues) },
  })

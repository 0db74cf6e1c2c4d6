import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { describeIssues } from '../../../shared/http/describe-issues.ts'

const route = createRoute({
  method: 'post',
  path: '/things/{id}',
  request: {
    params: z.object({ id: z.uuid() }),
    query: z.object({ kind: z.enum(['a', 'b']) }),
    body: { required: true, content: { 'application/json': { schema: z.object({ size: z.int() }) } } },
  },
  responses: { 204: { description: 'It is valid.' } },
})

/** The messages for an invalid request. */
async function messagesFor(path: string, body: unknown) {
  const app = new OpenAPIHono<HttpEnvironment>({
    defaultHook: (result, context) => {
      if (!result.success) return context.json(result.error.issues.map(({ message }) => message))
    },
  })
  describeIssues(app)
  app.openapi(route, (context) => context.body(null, 204))
  const headers = { 'content-type': 'application/json' }
  const answer = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return answer.status === 204 ? [] : answer.json()
}

const id = '0b3a7c52-3f0e-4f6c-9f0e-0b3a7c523f0e'

describe('the validators of a route', () => {
  it.each([
    ['the path', '/things/5?kind=a', { size: 1 }, ['must be a UUID']],
    ['the query', `/things/${id}?kind=c`, { size: 1 }, ['must be one of "a" or "b"']],
    ['the body', `/things/${id}?kind=a`, { size: 'large' }, ['must be a number, not a string']],
    ['nothing', `/things/${id}?kind=a`, { size: 1 }, []],
  ])('describe what is wrong with %s in plain words', async (_where, path, body, expected) => {
    expect(await messagesFor(path, body)).toEqual(expected)
  })

  it('leave the language of a schema alone that is parsed elsewhere', () => {
    expect(z.int().safeParse('large').error?.issues[0]?.message).toMatch(/^Invalid input/)
  })
})

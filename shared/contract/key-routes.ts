import { createRoute, z } from '@hono/zod-openapi'
import { apiKey, createdKey, createKey } from './key.ts'
import { body, failures, json, security } from './route-parts.ts'
import { keyId, pageOf, pageQuery } from './words.ts'

export const keyRoutes = {
  createKey: createRoute({
    method: 'post',
    path: '/api/v1/keys',
    tags: ['keys'],
    summary: 'Create an API key; it is shown once',
    description:
      'A key cannot have more scopes, a wider limit or a longer life than the key or session that creates it. `read` allows to see and download, `write` to change repos (and to read), `infer` to call deployments, `admin` everything that the user may, including account settings.',
    security,
    request: body(createKey),
    responses: { 201: json(createdKey, 'The new key.'), ...failures },
  }),
  listKeys: createRoute({
    method: 'get',
    path: '/api/v1/keys',
    tags: ['keys'],
    summary: 'The keys, newest first, without their secrets',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(apiKey), 'A page of keys.'), ...failures },
  }),
  revokeKey: createRoute({
    method: 'delete',
    path: '/api/v1/keys/{id}',
    tags: ['keys'],
    summary: 'Revoke a key',
    description: 'It is refused from the next request on, predictions included. It stays listed.',
    security,
    request: { params: z.object({ id: keyId }) },
    responses: { 204: { description: 'Revoked.' }, ...failures },
  }),
}

import { createRoute, z } from '@hono/zod-openapi'
import { apiKey, createdKey, createKey, me } from './key.ts'
import { body, failures, json, security } from './route-parts.ts'
import { keyId, pageOf, pageQuery } from './words.ts'

export const keyRoutes = {
  getMe: createRoute({
    method: 'get',
    path: '/api/v1/me',
    tags: ['keys'],
    summary: 'Who the key speaks for',
    security,
    responses: { 200: json(me, 'The principal.'), ...failures },
  }),
  createKey: createRoute({
    method: 'post',
    path: '/api/v1/keys',
    tags: ['keys'],
    summary: 'Make an API key; it is shown once',
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
    summary: 'Revoke a key: at once for this API, within 2 s for predictions',
    security,
    request: { params: z.object({ id: keyId }) },
    responses: { 204: { description: 'Revoked.' }, ...failures },
  }),
}

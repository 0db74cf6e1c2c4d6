import { createRoute, z } from '@hono/zod-openapi'
import { createImport, importJob } from './import.ts'
import { body, failures, json, security } from './route-parts.ts'
import { importId, pageOf, pageQuery } from './words.ts'

export const importRoutes = {
  createImport: createRoute({
    method: 'post',
    path: '/api/v1/imports',
    tags: ['imports'],
    summary: 'Import a model; repeating the request meanwhile returns the same import',
    security,
    request: body(createImport),
    responses: {
      200: json(importJob, 'The running import.'),
      202: json(importJob, 'The new import.'),
      ...failures,
    },
  }),
  listImports: createRoute({
    method: 'get',
    path: '/api/v1/imports',
    tags: ['imports'],
    summary: 'The imports, newest first',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(importJob), 'A page of imports.'), ...failures },
  }),
  getImport: createRoute({
    method: 'get',
    path: '/api/v1/imports/{id}',
    description: 'For a drop that was already imported unchanged, this returns that earlier import, with its own id.',
    tags: ['imports'],
    summary: 'An import and its progress',
    security,
    request: { params: z.object({ id: importId }) },
    responses: {
      200: json(importJob, 'The import.'),
      304: { description: 'Unchanged since the answer whose `ETag` was sent as `If-None-Match`.' },
      ...failures,
    },
  }),
}

import { createRoute, z } from '@hono/zod-openapi'
import { createImport, importJob } from './import.ts'
import { body, failures, json, security } from './route-parts.ts'
import { importId, pageOf, pageQuery } from './words.ts'

export const importRoutes = {
  createImport: createRoute({
    method: 'post',
    path: '/api/v1/imports',
    tags: ['imports'],
    summary: 'Bring a model in; asking again while it comes answers with the same import',
    security,
    request: body(createImport),
    responses: {
      200: json(importJob, 'The import that is under way already.'),
      202: json(importJob, 'The import that was started.'),
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
    description:
      'Of the import of a drop that had been imported already, as it is, that import answers, with its own id.',
    tags: ['imports'],
    summary: 'An import and how far it is',
    security,
    request: { params: z.object({ id: importId }) },
    responses: {
      200: json(importJob, 'The import.'),
      304: { description: 'It has not moved since the answer whose `ETag` came as `If-None-Match`.' },
      ...failures,
    },
  }),
}

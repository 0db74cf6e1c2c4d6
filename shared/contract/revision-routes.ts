import { createRoute, z } from '@hono/zod-openapi'
import { repoParams, repoQuery } from './repo-routes.ts'
import {
  manifestFilesMax,
  revision,
  revisionDiff,
  revisionFile,
  revisionManifest,
  revisionSummary,
} from './revision.ts'
import { failures, json, optionalSecurity } from './route-parts.ts'
import { pageOf, pageQuery, plainText, refName } from './words.ts'

const tags = ['revisions']
const security = optionalSecurity
const repoPath = '/api/v1/repos/{owner}/{name}' as const
const path = `${repoPath}/revisions/{ref}` as const
const params = repoParams.extend({
  ref: refName.openapi({
    description: 'A revision, its id at its source, or a branch, tag, version or alias.',
  }),
})
const query = pageQuery.extend(repoQuery.shape)

export const revisionRoutes = {
  listRevisions: createRoute({
    method: 'get',
    path: `${repoPath}/revisions`,
    tags,
    summary: 'The history of a revision, newest first',
    security,
    request: { params: repoParams, query: query.extend({ ref: refName.default('main') }) },
    responses: { 200: json(pageOf(revisionSummary), 'A page of revisions.'), ...failures },
  }),
  getRevision: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'The revision of a ref',
    security,
    request: { params, query: repoQuery },
    responses: { 200: json(revision, 'The revision.'), ...failures },
  }),
  getManifest: createRoute({
    method: 'get',
    path: `${path}/manifest`,
    tags,
    summary: 'A revision with all of its files',
    description: `With at most ${manifestFilesMax} files; those of a larger one are listed in pages.`,
    security,
    request: { params, query: repoQuery },
    responses: { 200: json(revisionManifest, 'The manifest.'), ...failures },
  }),
  listFiles: createRoute({
    method: 'get',
    path: `${path}/files`,
    tags,
    summary: 'The files of a revision, by path',
    security,
    request: { params, query: query.extend({ prefix: plainText(1000).min(1).optional() }) },
    responses: { 200: json(pageOf(revisionFile), 'A page of files.'), ...failures },
  }),
  getFile: createRoute({
    method: 'get',
    path: `${path}/files/{path}`,
    tags,
    summary: 'A file of a revision: its size and hash',
    description: 'Its content is downloaded by the Hub protocol.',
    security,
    request: {
      params: params.extend({
        path: z.string().openapi({ description: 'Percent-encoded.', example: 'onnx%2Fmodel.onnx' }),
      }),
      query: repoQuery,
    },
    responses: { 200: json(revisionFile, 'The file.'), ...failures },
  }),
  diffRevisions: createRoute({
    method: 'get',
    path: `${repoPath}/diff`,
    tags,
    summary: 'The differences between two revisions, in files and metadata',
    description:
      'By path. A page may hold fewer changes than requested, or none, if little changed among many files; the last page has no cursor.',
    security,
    request: { params: repoParams, query: query.extend({ from: refName, to: refName.default('main') }) },
    responses: { 200: json(revisionDiff, 'A page of changes.'), ...failures },
  }),
}

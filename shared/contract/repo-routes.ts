import { createRoute, z } from '@hono/zod-openapi'
import { repo, repoDetail, revision, revisionFile } from './repo.ts'
import { failures, json, security } from './route-parts.ts'
import { pageOf, pageQuery, refName } from './words.ts'

const repoParams = z.object({
  owner: z.string().openapi({ example: 'slipway' }),
  name: z.string().openapi({ example: 'iris' }),
})
const revisionParams = repoParams.extend({ ref: refName })

export const repoRoutes = {
  listRepos: createRoute({
    method: 'get',
    path: '/api/v1/repos',
    tags: ['repos'],
    summary: 'The repos, by name',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(repo), 'A page of repos.'), ...failures },
  }),
  getRepo: createRoute({
    method: 'get',
    path: '/api/v1/repos/{owner}/{name}',
    tags: ['repos'],
    summary: 'A repo with its refs and what its files say of it',
    security,
    request: { params: repoParams },
    responses: { 200: json(repoDetail, 'The repo.'), ...failures },
  }),
  getRevision: createRoute({
    method: 'get',
    path: '/api/v1/repos/{owner}/{name}/revisions/{ref}',
    tags: ['repos'],
    summary: 'The revision that a ref names',
    security,
    request: { params: revisionParams },
    responses: { 200: json(revision, 'The revision.'), ...failures },
  }),
  listFiles: createRoute({
    method: 'get',
    path: '/api/v1/repos/{owner}/{name}/revisions/{ref}/files',
    tags: ['repos'],
    summary: 'The files of a revision, by path',
    security,
    request: { params: revisionParams, query: pageQuery },
    responses: { 200: json(pageOf(revisionFile), 'A page of files.'), ...failures },
  }),
}

import { createRoute, z } from '@hono/zod-openapi'
import { deletedRepoKeptDays } from '../model/repo-grace.ts'
import { listReposDescription, listReposQuery } from './list-repos.ts'
import { changeRepo, createRepo, renameRepo, repo, repoDetail, repoKind } from './repo.ts'
import { body, failures, json, optionalSecurity, security } from './route-parts.ts'
import { pageOf } from './words.ts'

const tags = ['repos']

export const repoParams = z.object({
  owner: z.string().openapi({ example: 'slipway' }),
  name: z.string().openapi({ example: 'iris' }),
})
/** A model and a dataset may have the same name. */
export const repoQuery = z.object({ kind: repoKind.default('model') })
const force = z.enum(['true', 'false']).optional().openapi({
  description: 'Delete it even if deployments of others serve it; they continue until it is removed for good.',
})
const path = '/api/v1/repos/{owner}/{name}' as const

export const repoRoutes = {
  listRepos: createRoute({
    method: 'get',
    path: '/api/v1/repos',
    tags,
    summary: 'The repos that the caller may see',
    description: listReposDescription,
    security,
    request: { query: listReposQuery },
    responses: { 200: json(pageOf(repo), 'A page of repos.'), ...failures },
  }),
  createRepo: createRoute({
    method: 'post',
    path: '/api/v1/repos',
    tags,
    summary: 'Create an empty repo',
    description:
      'Its branch main has a first commit without files, as clients of the Hub expect. If the name is taken, in any case, answers 409 `repo_exists` with the `url` of that repo.',
    security,
    request: body(createRepo),
    responses: { 201: json(repo, 'The new repo.'), ...failures },
  }),
  getRepo: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'A repo with its refs, its card and its metadata',
    description: 'A former name also finds it, until another repo takes that name.',
    security: optionalSecurity,
    request: { params: repoParams, query: repoQuery },
    responses: { 200: json(repoDetail, 'The repo.'), ...failures },
  }),
  changeRepo: createRoute({
    method: 'patch',
    path,
    tags,
    summary: 'Change who may see a repo, or its tags',
    description:
      'Only admins of its owner change the visibility. Deployments that others created while it was public continue.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(changeRepo) },
    responses: { 200: json(repo, 'The repo as it is now.'), ...failures },
  }),
  renameRepo: createRoute({
    method: 'post',
    path: `${path}/rename`,
    tags,
    summary: 'Rename a repo, or move it to another owner',
    description:
      'For admins of both owners. The old name redirects until another repo takes it. Its content counts for the new owner from now on.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(renameRepo) },
    responses: { 200: json(repo, 'The repo under its new name.'), ...failures },
  }),
  deleteRepo: createRoute({
    method: 'delete',
    path,
    tags,
    summary: `Delete a repo; it can be restored for ${deletedRepoKeptDays} days`,
    description:
      'For admins of its owner. It keeps its name, and counts, until it is removed for good. Answers 409 `repo_deployed` with the `deployments` that serve it.',
    security,
    request: { params: repoParams, query: repoQuery.extend({ force }) },
    responses: { 200: json(repo, 'The repo, with until when it is kept.'), ...failures },
  }),
  undeleteRepo: createRoute({
    method: 'post',
    path: `${path}/undelete`,
    tags,
    summary: 'Restore a deleted repo',
    description: 'For admins of its owner, until `keptUntil`. One that is not deleted stays as it is.',
    security,
    request: { params: repoParams, query: repoQuery },
    responses: { 200: json(repo, 'The repo.'), ...failures },
  }),
}

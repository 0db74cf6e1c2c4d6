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
  description: 'Delete it although others serve it: their deployments go on until it is removed for good.',
})
const path = '/api/v1/repos/{owner}/{name}' as const

export const repoRoutes = {
  listRepos: createRoute({
    method: 'get',
    path: '/api/v1/repos',
    tags,
    summary: 'The repos that one may see',
    description: listReposDescription,
    security,
    request: { query: listReposQuery },
    responses: { 200: json(pageOf(repo), 'A page of repos.'), ...failures },
  }),
  createRepo: createRoute({
    method: 'post',
    path: '/api/v1/repos',
    tags,
    summary: 'Make an empty repo',
    description: 'Answers 409 `repo_exists` with the `url` of the one that has the name, in whatever case.',
    security,
    request: body(createRepo),
    responses: { 201: json(repo, 'The new repo.'), ...failures },
  }),
  getRepo: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'A repo with its refs, its card and what its files say of it',
    description: 'A name that it had before finds it too, until another repo takes that name.',
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
      'Who may see it is for admins of its owner to say. A deployment that others made while it was public goes on.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(changeRepo) },
    responses: { 200: json(repo, 'The repo as it is now.'), ...failures },
  }),
  renameRepo: createRoute({
    method: 'post',
    path: `${path}/rename`,
    tags,
    summary: 'Give a repo another name or owner',
    description:
      'For admins of both owners. The old name leads to it until another repo takes that name. What it holds counts for the new owner from now on.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(renameRepo) },
    responses: { 200: json(repo, 'The repo under its new name.'), ...failures },
  }),
  deleteRepo: createRoute({
    method: 'delete',
    path,
    tags,
    summary: `Delete a repo; it can be brought back for ${deletedRepoKeptDays} days`,
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
    summary: 'Bring a deleted repo back',
    description: 'For admins of its owner, until `keptUntil`. One that is not deleted stays as it is.',
    security,
    request: { params: repoParams, query: repoQuery },
    responses: { 200: json(repo, 'The repo.'), ...failures },
  }),
}

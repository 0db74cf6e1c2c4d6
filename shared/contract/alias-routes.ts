import { createRoute } from '@hono/zod-openapi'
import { alias, aliasMove, createAlias, moveAlias } from './ref.ts'
import { repoParams, repoQuery } from './repo-routes.ts'
import { body, failures, json, optionalSecurity, security } from './route-parts.ts'
import { pageOf, pageQuery, refName } from './words.ts'

const tags = ['aliases']
const repoPath = '/api/v1/repos/{owner}/{name}' as const
const path = `${repoPath}/aliases/{alias}` as const
const params = repoParams.extend({ alias: refName })
const query = pageQuery.extend(repoQuery.shape)

export const aliasRoutes = {
  listAliases: createRoute({
    method: 'get',
    path: `${repoPath}/aliases`,
    tags,
    summary: 'The aliases of a repo, by name',
    security: optionalSecurity,
    request: { params: repoParams, query },
    responses: { 200: json(pageOf(alias), 'A page of aliases.'), ...failures },
  }),
  createAlias: createRoute({
    method: 'post',
    path: `${repoPath}/aliases`,
    tags,
    summary: 'Create an alias: a movable name for serving, such as champion',
    description:
      'Only admins of the owner create protected ones. Branches, tags and aliases need different names, and none may be a folder of another: 409 otherwise.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(createAlias) },
    responses: { 201: json(alias, 'The new alias.'), ...failures },
  }),
  getAlias: createRoute({
    method: 'get',
    path,
    tags,
    summary: 'An alias; its ETag is its version in quotes',
    security: optionalSecurity,
    request: { params, query: repoQuery },
    responses: { 200: json(alias, 'The alias.'), ...failures },
  }),
  moveAlias: createRoute({
    method: 'patch',
    path,
    tags,
    summary: 'Move an alias, or protect it',
    description:
      'With `If-Match` and the ETag that was read, the move fails with 412 if somebody changed it since. Only admins of the owner move a protected one.',
    security,
    request: { params, query: repoQuery, ...body(moveAlias) },
    responses: { 200: json(alias, 'The alias.'), ...failures },
  }),
  deleteAlias: createRoute({
    method: 'delete',
    path,
    tags,
    summary: 'Delete an alias',
    description: 'Honours `If-Match`. Its history can still be read.',
    security,
    request: { params, query: repoQuery },
    responses: { 204: { description: 'Gone.' }, ...failures },
  }),
  listAliasMoves: createRoute({
    method: 'get',
    path: `${path}/moves`,
    tags,
    summary: 'The history of an alias, newest first',
    security: optionalSecurity,
    request: { params, query },
    responses: { 200: json(pageOf(aliasMove), 'A page of moves.'), ...failures },
  }),
}

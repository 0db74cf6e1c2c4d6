import { createRoute } from '@hono/zod-openapi'
import { branch, createBranch, createTag, createVersion, moveRef, revisionId, tag } from './ref.ts'
import { repoParams, repoQuery } from './repo-routes.ts'
import { body, failures, json, optionalSecurity, security } from './route-parts.ts'
import { pageOf, pageQuery, refName } from './words.ts'

const tags = ['refs']
const repoPath = '/api/v1/repos/{owner}/{name}' as const
const query = pageQuery.extend(repoQuery.shape)
const branchParams = repoParams.extend({ branch: refName })
const tagParams = repoParams.extend({ tag: refName })
const expected = repoQuery.extend({
  expected: revisionId
    .optional()
    .openapi({ description: 'The revision that it must be at, like the header If-Match.' }),
})
const moving = 'With `If-Match: "…"` or `expected` it is moved only from that revision; otherwise 412.'

export const refRoutes = {
  listBranches: createRoute({
    method: 'get',
    path: `${repoPath}/branches`,
    tags,
    summary: 'The branches of a repo, by name',
    security: optionalSecurity,
    request: { params: repoParams, query },
    responses: { 200: json(pageOf(branch), 'A page of branches.'), ...failures },
  }),
  createBranch: createRoute({
    method: 'post',
    path: `${repoPath}/branches`,
    tags,
    summary: 'Make a branch',
    description: 'Branches, tags and aliases need different names, and none may be a folder of another: 409 otherwise.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(createBranch) },
    responses: { 201: json(branch, 'The new branch.'), ...failures },
  }),
  moveBranch: createRoute({
    method: 'patch',
    path: `${repoPath}/branches/{branch}`,
    tags,
    summary: 'Move a branch to another revision',
    description: moving,
    security,
    request: { params: branchParams, query: repoQuery, ...body(moveRef) },
    responses: { 200: json(branch, 'The branch.'), ...failures },
  }),
  deleteBranch: createRoute({
    method: 'delete',
    path: `${repoPath}/branches/{branch}`,
    tags,
    summary: 'Delete a branch; main stays',
    security,
    request: { params: branchParams, query: expected },
    responses: { 204: { description: 'Deleted. Its revisions stay until they are collected.' }, ...failures },
  }),
  listTags: createRoute({
    method: 'get',
    path: `${repoPath}/tags`,
    tags,
    summary: 'The tags of a repo, by name, versions among them',
    security: optionalSecurity,
    request: { params: repoParams, query },
    responses: { 200: json(pageOf(tag), 'A page of tags.'), ...failures },
  }),
  createTag: createRoute({
    method: 'post',
    path: `${repoPath}/tags`,
    tags,
    summary: 'Tag a revision',
    description: 'Branches, tags and aliases need different names, and none may be a folder of another: 409 otherwise.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(createTag) },
    responses: { 201: json(tag, 'The new tag.'), ...failures },
  }),
  moveTag: createRoute({
    method: 'patch',
    path: `${repoPath}/tags/{tag}`,
    tags,
    summary: 'Move a tag to another revision; versions never move',
    description: moving,
    security,
    request: { params: tagParams, query: repoQuery, ...body(moveRef) },
    responses: { 200: json(tag, 'The tag.'), ...failures },
  }),
  deleteTag: createRoute({
    method: 'delete',
    path: `${repoPath}/tags/{tag}`,
    tags,
    summary: 'Delete a tag, even a version',
    security,
    request: { params: tagParams, query: expected },
    responses: { 204: { description: 'Deleted. Its revision stays until it is collected.' }, ...failures },
  }),
  listVersions: createRoute({
    method: 'get',
    path: `${repoPath}/versions`,
    tags,
    summary: 'The versions of a repo, newest first',
    security: optionalSecurity,
    request: { params: repoParams, query },
    responses: { 200: json(pageOf(tag), 'A page of versions.'), ...failures },
  }),
  createVersion: createRoute({
    method: 'post',
    path: `${repoPath}/versions`,
    tags,
    summary: 'Create a version: a numbered tag for people',
    description: 'Without a name it is the next of v1, v2, … Concurrent ones get different numbers.',
    security,
    request: { params: repoParams, query: repoQuery, ...body(createVersion) },
    responses: { 201: json(tag, 'The new version.'), ...failures },
  }),
}

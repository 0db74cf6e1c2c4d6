import { createRoute, z } from '@hono/zod-openapi'
import { ownerName } from './auth.ts'
import { createOwner, member, owner, ownerSummary, setMember } from './owner.ts'
import { body, failures, json, security } from './route-parts.ts'
import { pageOf, pageQuery } from './words.ts'

const tags = ['owners']
const ownerParams = z.object({ owner: ownerName })
const memberParams = z.object({ owner: ownerName, username: ownerName })

export const ownerRoutes = {
  createOwner: createRoute({
    method: 'post',
    path: '/api/v1/owners',
    tags,
    summary: 'Create an organisation, as its admin',
    description: 'For any user. Users and organisations share one case-insensitive namespace.',
    security,
    request: body(createOwner),
    responses: { 201: json(owner, 'The new organisation.'), ...failures },
  }),
  listOwners: createRoute({
    method: 'get',
    path: '/api/v1/owners',
    tags,
    summary: 'The namespaces of the caller, by name',
    description: 'The personal one and those of organisations; for admins of the platform all of them.',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(ownerSummary), 'A page of owners.'), ...failures },
  }),
  getOwner: createRoute({
    method: 'get',
    path: '/api/v1/owners/{owner}',
    tags,
    summary: 'A namespace, for its members',
    security,
    request: { params: ownerParams },
    responses: { 200: json(owner, 'The owner.'), ...failures },
  }),
  deleteOwner: createRoute({
    method: 'delete',
    path: '/api/v1/owners/{owner}',
    tags,
    summary: 'Delete an empty organisation',
    description:
      'For its admins. Refused while it has deployments or repos, including deleted ones that can be restored.',
    security,
    request: { params: ownerParams },
    responses: { 204: { description: 'Deleted; the name is free.' }, ...failures },
  }),
  listMembers: createRoute({
    method: 'get',
    path: '/api/v1/owners/{owner}/members',
    tags,
    summary: 'The members of an organisation',
    description: 'In the order of their ids, for every member.',
    security,
    request: { params: ownerParams, query: pageQuery },
    responses: { 200: json(pageOf(member), 'A page of members.'), ...failures },
  }),
  setMember: createRoute({
    method: 'put',
    path: '/api/v1/owners/{owner}/members/{username}',
    tags,
    summary: 'Add a member, or give it another role',
    description: 'For admins of the organisation. Takes effect with the next request. The last admin stays one.',
    security,
    request: { params: memberParams, ...body(setMember) },
    responses: { 200: json(member, 'The member.'), ...failures },
  }),
  removeMember: createRoute({
    method: 'delete',
    path: '/api/v1/owners/{owner}/members/{username}',
    tags,
    summary: 'Remove a member, or leave',
    description: 'Admins remove other members; everyone may leave, except the last admin.',
    security,
    request: { params: memberParams },
    responses: { 204: { description: 'Removed, with effect on the next request.' }, ...failures },
  }),
}

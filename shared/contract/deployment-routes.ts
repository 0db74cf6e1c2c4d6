import { createRoute, z } from '@hono/zod-openapi'
import { changeDeployment, createDeployment, deployment } from './deployment.ts'
import { body, failures, json, security } from './route-parts.ts'
import { deploymentName, pageOf, pageQuery } from './words.ts'

export const deploymentRoutes = {
  createDeployment: createRoute({
    method: 'post',
    path: '/api/v1/deployments',
    tags: ['deployments'],
    summary: 'Serve a model; asking again for the same answers with what is there',
    security,
    request: body(createDeployment),
    responses: {
      200: json(deployment, 'The deployment that is there already.'),
      201: json(deployment, 'The deployment that was made.'),
      ...failures,
    },
  }),
  listDeployments: createRoute({
    method: 'get',
    path: '/api/v1/deployments',
    tags: ['deployments'],
    summary: 'The deployments, by name, with what their replicas say',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(deployment), 'A page of deployments.'), ...failures },
  }),
  getDeployment: createRoute({
    method: 'get',
    path: '/api/v1/deployments/{name}',
    tags: ['deployments'],
    summary: 'A deployment and what its replicas say',
    security,
    request: { params: z.object({ name: deploymentName }) },
    responses: { 200: json(deployment, 'The deployment.'), ...failures },
  }),
  changeDeployment: createRoute({
    method: 'patch',
    path: '/api/v1/deployments/{name}',
    tags: ['deployments'],
    summary: 'Serve something else, or otherwise, without a dropped request',
    description:
      'What is to be served newly is loaded beside what answers, and then takes its place. Naming a target again looks it up again. With `If-Match`, only where nobody changed it since it was read: else 412 `precondition_failed`.',
    security,
    request: { params: z.object({ name: deploymentName }), ...body(changeDeployment) },
    responses: { 200: json(deployment, 'The deployment as it is now to be.'), ...failures },
  }),
  pauseDeployment: createRoute({
    method: 'post',
    path: '/api/v1/deployments/{name}/pause',
    tags: ['deployments'],
    summary: 'Unload it and refuse its requests with 409 `deployment_paused`, until it is resumed',
    security,
    request: { params: z.object({ name: deploymentName }) },
    responses: { 200: json(deployment, 'The deployment.'), ...failures },
  }),
  resumeDeployment: createRoute({
    method: 'post',
    path: '/api/v1/deployments/{name}/resume',
    tags: ['deployments'],
    summary: 'Serve it again',
    security,
    request: { params: z.object({ name: deploymentName }) },
    responses: { 200: json(deployment, 'The deployment.'), ...failures },
  }),
  deleteDeployment: createRoute({
    method: 'delete',
    path: '/api/v1/deployments/{name}',
    tags: ['deployments'],
    summary: 'Stop serving',
    security,
    request: { params: z.object({ name: deploymentName }) },
    responses: { 204: { description: 'Gone.' }, ...failures },
  }),
}

import { createRoute, z } from '@hono/zod-openapi'
import { changeDeployment, createDeployment, deployment } from './deployment.ts'
import { body, failures, json, security } from './route-parts.ts'
import { deploymentName, pageOf, pageQuery } from './words.ts'

export const deploymentRoutes = {
  createDeployment: createRoute({
    method: 'post',
    path: '/api/v1/deployments',
    tags: ['deployments'],
    summary: 'Serve a model; repeating the request returns the existing deployment',
    security,
    request: body(createDeployment),
    responses: {
      200: json(deployment, 'The existing deployment.'),
      201: json(deployment, 'The new deployment.'),
      ...failures,
    },
  }),
  listDeployments: createRoute({
    method: 'get',
    path: '/api/v1/deployments',
    tags: ['deployments'],
    summary: 'The deployments, by name, with the reports of their replicas',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(deployment), 'A page of deployments.'), ...failures },
  }),
  getDeployment: createRoute({
    method: 'get',
    path: '/api/v1/deployments/{name}',
    tags: ['deployments'],
    summary: 'A deployment, with the reports of its replicas',
    security,
    request: { params: z.object({ name: deploymentName }) },
    responses: { 200: json(deployment, 'The deployment.'), ...failures },
  }),
  changeDeployment: createRoute({
    method: 'patch',
    path: '/api/v1/deployments/{name}',
    tags: ['deployments'],
    summary: 'Change what a deployment serves, or how, without a dropped request',
    description:
      'A new target is loaded beside the current one, which answers until then. Repeating a target resolves its ref again. With `If-Match`, the change fails with 412 `precondition_failed` if somebody changed the deployment since it was read.',
    security,
    request: { params: z.object({ name: deploymentName }), ...body(changeDeployment) },
    responses: { 200: json(deployment, 'The changed deployment.'), ...failures },
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

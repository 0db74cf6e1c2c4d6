import { createRoute, z } from '@hono/zod-openapi'
import { createDeployment, deployment } from './deployment.ts'
import { createImport, importJob } from './import.ts'
import { apiKey, createdKey, createKey, me } from './key.ts'
import { embeddingsAnswer, embeddingsRequest, modelList, openaiFailure } from './openai.ts'
import { predictAnswer, predictFailure, predictRequest } from './predict.ts'
import { repo, repoDetail, revision, revisionFile } from './repo.ts'
import { deploymentName, importId, keyId, pageOf, pageQuery, refName } from './words.ts'

/** The platform's own API: every route with what it takes and gives. OpenAPI, servers, client and CLI come from here. */
const security = [{ apiKey: [] }]

const failure = z
  .object({
    error: z
      .object({
        code: z.string().openapi({ example: 'repo_not_found' }),
        message: z.string(),
        param: z.string().optional(),
        retryable: z.boolean(),
        requestId: z.string(),
      })
      .loose(),
  })
  .openapi('Error')

const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  content: { 'application/json': { schema } },
  description,
})
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true, content: { 'application/json': { schema } } },
})
const errors = { '4XX': json(failure, 'What is wrong, where, and how to mend it.'), '5XX': json(failure, 'Our fault.') }
const predictErrors = {
  '4XX': json(predictFailure, 'What is wrong, where, and how to mend it.'),
  '5XX': json(predictFailure, 'Our fault.'),
}

const openaiErrors = { '4XX': json(openaiFailure, 'As OpenAI says it.'), '5XX': json(openaiFailure, 'Our fault.') }

const repoParams = z.object({
  owner: z.string().openapi({ example: 'slipway' }),
  name: z.string().openapi({ example: 'iris' }),
})
const revisionParams = repoParams.extend({
  ref: refName,
})

export const routes = {
  getMe: createRoute({
    method: 'get',
    path: '/api/v1/me',
    tags: ['keys'],
    summary: 'Who the key speaks for',
    security,
    responses: { 200: json(me, 'The principal.'), ...errors },
  }),
  createKey: createRoute({
    method: 'post',
    path: '/api/v1/keys',
    tags: ['keys'],
    summary: 'Make an API key; it is shown once',
    security,
    request: body(createKey),
    responses: { 201: json(createdKey, 'The new key.'), ...errors },
  }),
  listKeys: createRoute({
    method: 'get',
    path: '/api/v1/keys',
    tags: ['keys'],
    summary: 'The keys, newest first, without their secrets',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(apiKey), 'A page of keys.'), ...errors },
  }),
  revokeKey: createRoute({
    method: 'delete',
    path: '/api/v1/keys/{id}',
    tags: ['keys'],
    summary: 'Revoke a key: at once for this API, within 2 s for predictions',
    security,
    request: { params: z.object({ id: keyId }) },
    responses: { 204: { description: 'Revoked.' }, ...errors },
  }),

  listRepos: createRoute({
    method: 'get',
    path: '/api/v1/repos',
    tags: ['repos'],
    summary: 'The repos, by name',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(repo), 'A page of repos.'), ...errors },
  }),
  getRepo: createRoute({
    method: 'get',
    path: '/api/v1/repos/{owner}/{name}',
    tags: ['repos'],
    summary: 'A repo with its refs and what its files say of it',
    security,
    request: { params: repoParams },
    responses: { 200: json(repoDetail, 'The repo.'), ...errors },
  }),
  getRevision: createRoute({
    method: 'get',
    path: '/api/v1/repos/{owner}/{name}/revisions/{ref}',
    tags: ['repos'],
    summary: 'The revision that a ref names',
    security,
    request: { params: revisionParams },
    responses: { 200: json(revision, 'The revision.'), ...errors },
  }),
  listFiles: createRoute({
    method: 'get',
    path: '/api/v1/repos/{owner}/{name}/revisions/{ref}/files',
    tags: ['repos'],
    summary: 'The files of a revision, by path',
    security,
    request: { params: revisionParams, query: pageQuery },
    responses: { 200: json(pageOf(revisionFile), 'A page of files.'), ...errors },
  }),

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
      ...errors,
    },
  }),
  listImports: createRoute({
    method: 'get',
    path: '/api/v1/imports',
    tags: ['imports'],
    summary: 'The imports, newest first',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(importJob), 'A page of imports.'), ...errors },
  }),
  getImport: createRoute({
    method: 'get',
    path: '/api/v1/imports/{id}',
    tags: ['imports'],
    summary: 'An import and how far it is',
    security,
    request: { params: z.object({ id: importId }) },
    responses: { 200: json(importJob, 'The import.'), ...errors },
  }),

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
      ...errors,
    },
  }),
  listDeployments: createRoute({
    method: 'get',
    path: '/api/v1/deployments',
    tags: ['deployments'],
    summary: 'The deployments, by name, with what their replicas say',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(deployment), 'A page of deployments.'), ...errors },
  }),
  getDeployment: createRoute({
    method: 'get',
    path: '/api/v1/deployments/{name}',
    tags: ['deployments'],
    summary: 'A deployment and what its replicas say',
    security,
    request: { params: z.object({ name: deploymentName }) },
    responses: { 200: json(deployment, 'The deployment.'), ...errors },
  }),
  deleteDeployment: createRoute({
    method: 'delete',
    path: '/api/v1/deployments/{name}',
    tags: ['deployments'],
    summary: 'Stop serving',
    security,
    request: { params: z.object({ name: deploymentName }) },
    responses: { 204: { description: 'Gone.' }, ...errors },
  }),

  predict: createRoute({
    method: 'post',
    path: '/api/v1/predict/{deployment}',
    tags: ['inference'],
    summary: 'Predictions of a deployment, in the shape of its task',
    security,
    request: { params: z.object({ deployment: deploymentName }), ...body(predictRequest) },
    responses: { 200: json(predictAnswer, 'One answer per input, in order.'), ...predictErrors },
  }),
  embeddings: createRoute({
    method: 'post',
    path: '/v1/embeddings',
    tags: ['inference'],
    summary: 'Embeddings, as the OpenAI SDKs ask for them',
    security,
    request: body(embeddingsRequest),
    responses: { 200: json(embeddingsAnswer, 'One vector per input, in order.'), ...openaiErrors },
  }),
  models: createRoute({
    method: 'get',
    path: '/v1/models',
    tags: ['inference'],
    summary: 'The models that are served, as the OpenAI SDKs list them',
    security,
    responses: { 200: json(modelList, 'The deployments.'), ...openaiErrors },
  }),
}

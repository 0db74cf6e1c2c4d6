import { createRoute, z } from '@hono/zod-openapi'
import { embeddingsAnswer, embeddingsRequest, modelCard, modelList, openaiFailure } from './openai.ts'
import { predictAnswer, predictBody, predictFailure } from './predict.ts'
import { cohereFailure, rerankAnswer, rerankRequest } from './rerank.ts'
import { body, failuresAs, json, security } from './route-parts.ts'
import { modelParams } from './tei-routes.ts'
import { deploymentName } from './words.ts'

export const inferenceRoutes = {
  predict: createRoute({
    method: 'post',
    path: '/api/v1/predict/{deployment}',
    tags: ['inference'],
    summary: 'Predictions of a deployment, in the shape of its task',
    security,
    request: { params: z.object({ deployment: deploymentName }), ...predictBody },
    responses: { 200: json(predictAnswer, 'One answer per input, in order.'), ...failuresAs(predictFailure) },
  }),
  pipeline: createRoute({
    method: 'post',
    path: '/models/{owner}/{name}',
    tags: ['inference'],
    summary: 'The same on the base path of one model, for use as the endpoint of Hugging Face clients',
    security,
    request: { params: modelParams, ...predictBody },
    responses: { 200: json(predictAnswer, 'One answer per input, in order.'), ...failuresAs(predictFailure) },
  }),
  pipelineTask: createRoute({
    method: 'post',
    path: '/models/{owner}/{name}/pipeline/{task}',
    tags: ['inference'],
    summary: "The same with the task named, as in Hugging Face's router; another than the model's is refused",
    security,
    request: {
      params: modelParams.extend({ task: z.string().openapi({ example: 'feature-extraction' }) }),
      ...predictBody,
    },
    responses: { 200: json(predictAnswer, 'One answer per input, in order.'), ...failuresAs(predictFailure) },
  }),
  rerank: createRoute({
    method: 'post',
    path: '/v1/rerank',
    tags: ['inference'],
    summary: "Documents by how well they answer a query, as Jina's clients ask for it",
    security,
    request: body(rerankRequest),
    responses: { 200: json(rerankAnswer, 'The best first.'), ...failuresAs(openaiFailure) },
  }),
  rerankCohere: createRoute({
    method: 'post',
    path: '/v2/rerank',
    tags: ['inference'],
    summary: "The same, as Cohere's clients ask for it",
    security,
    request: body(rerankRequest),
    responses: { 200: json(rerankAnswer, 'The best first.'), ...failuresAs(cohereFailure) },
  }),
  embeddings: createRoute({
    method: 'post',
    path: '/v1/embeddings',
    tags: ['inference'],
    summary: 'Embeddings, for the OpenAI SDKs',
    security,
    request: body(embeddingsRequest),
    responses: { 200: json(embeddingsAnswer, 'One vector per input, in order.'), ...failuresAs(openaiFailure) },
  }),
  models: createRoute({
    method: 'get',
    path: '/v1/models',
    tags: ['inference'],
    summary: 'The models that are served, for the OpenAI SDKs',
    security,
    responses: { 200: json(modelList, 'The deployments.'), ...failuresAs(openaiFailure) },
  }),
  model: createRoute({
    method: 'get',
    path: '/v1/models/{model}',
    tags: ['inference'],
    summary: 'One of them',
    security,
    request: { params: z.object({ model: z.string().openapi({ example: 'minilm' }) }) },
    responses: { 200: json(modelCard, 'The deployment.'), ...failuresAs(openaiFailure) },
  }),
}

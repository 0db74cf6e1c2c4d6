import { createRoute, z } from '@hono/zod-openapi'
import { embeddingsAnswer, embeddingsRequest, modelList, openaiFailure } from './openai.ts'
import { predictAnswer, predictFailure, predictRequest } from './predict.ts'
import { body, failuresAs, json, security } from './route-parts.ts'
import { deploymentName } from './words.ts'

export const inferenceRoutes = {
  predict: createRoute({
    method: 'post',
    path: '/api/v1/predict/{deployment}',
    tags: ['inference'],
    summary: 'Predictions of a deployment, in the shape of its task',
    security,
    request: { params: z.object({ deployment: deploymentName }), ...body(predictRequest) },
    responses: { 200: json(predictAnswer, 'One answer per input, in order.'), ...failuresAs(predictFailure) },
  }),
  embeddings: createRoute({
    method: 'post',
    path: '/v1/embeddings',
    tags: ['inference'],
    summary: 'Embeddings, as the OpenAI SDKs ask for them',
    security,
    request: body(embeddingsRequest),
    responses: { 200: json(embeddingsAnswer, 'One vector per input, in order.'), ...failuresAs(openaiFailure) },
  }),
  models: createRoute({
    method: 'get',
    path: '/v1/models',
    tags: ['inference'],
    summary: 'The models that are served, as the OpenAI SDKs list them',
    security,
    responses: { 200: json(modelList, 'The deployments.'), ...failuresAs(openaiFailure) },
  }),
}

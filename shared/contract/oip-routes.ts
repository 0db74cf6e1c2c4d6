import { createRoute, z } from '@hono/zod-openapi'
import { body, failuresAs, json, security } from './route-parts.ts'

/** The Open Inference Protocol's shapes, for the document; `gpu-service/protocols/oip` answers them. */
const tensor = z.looseObject({
  name: z.string(),
  datatype: z.string().openapi({ example: 'FP32' }),
  shape: z.array(z.number().int()),
})
const failure = z.object({ error: z.string() }).openapi('OpenInferenceError')

const params = z.object({
  model: z.string().openapi({ description: 'A deployment, or owner%2Fname with or without @ref.', example: 'iris' }),
})
const tags = ['inference']
const failures = failuresAs(failure)

export const oipRoutes = {
  oipModel: createRoute({
    method: 'get',
    path: '/v2/models/{model}',
    tags,
    summary: 'What tensors a model takes and gives, as the Open Inference Protocol has it',
    security,
    request: { params },
    responses: {
      200: json(
        z.looseObject({ name: z.string(), platform: z.string(), inputs: z.array(tensor), outputs: z.array(tensor) }),
        'The model.',
      ),
      ...failures,
    },
  }),
  oipModelReady: createRoute({
    method: 'get',
    path: '/v2/models/{model}/ready',
    tags,
    summary: 'Whether a model answers',
    security,
    request: { params },
    responses: { 200: json(z.looseObject({ name: z.string(), ready: z.boolean() }), 'Whether it does.'), ...failures },
  }),
  oipInfer: createRoute({
    method: 'post',
    path: '/v2/models/{model}/infer',
    tags,
    summary: 'Tensors in, tensors out; binary tensors too',
    security,
    request: {
      params,
      ...body(
        z.looseObject({
          id: z.string().optional(),
          inputs: z.array(tensor),
          outputs: z.array(z.looseObject({ name: z.string() })).optional(),
        }),
      ),
    },
    responses: {
      200: json(z.looseObject({ model_name: z.string(), outputs: z.array(tensor) }), 'The outputs.'),
      ...failures,
    },
  }),
  oipStatistics: createRoute({
    method: 'get',
    path: '/v2/models/{model}/stats',
    tags,
    summary: 'What a model has done on this replica',
    security,
    request: { params },
    responses: { 200: json(z.looseObject({ model_stats: z.array(z.looseObject({})) }), 'Its counters.'), ...failures },
  }),
  oipIndex: createRoute({
    method: 'post',
    path: '/v2/repository/index',
    tags,
    summary: 'The models of this replica and their states',
    security,
    responses: { 200: json(z.array(z.looseObject({ name: z.string(), state: z.string() })), 'They.'), ...failures },
  }),
}

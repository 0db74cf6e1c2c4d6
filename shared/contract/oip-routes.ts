import { createRoute, z } from '@hono/zod-openapi'
import { body, failuresAs, json, openSecurity, security } from './route-parts.ts'

/** The Open Inference Protocol for the API document; `gpu-service/protocols/oip` answers it. */
const tensor = z.looseObject({
  name: z.string(),
  datatype: z.string().openapi({ example: 'FP32' }),
  shape: z.array(z.number().int()),
})
export const oipFailure = z.object({ error: z.string() }).openapi('OpenInferenceError')

export const oipParams = z.object({
  model: z.string().openapi({
    description:
      'A deployment, or owner/name with or without @ref, its slash plain or encoded. `/versions/{version}` may follow, with the revision, the ref or "1".',
    example: 'iris',
  }),
})
const tags = ['inference']
const params = oipParams
const failures = failuresAs(oipFailure)
const modelReady = z.looseObject({ name: z.string(), ready: z.boolean() })
const state = z.object({ live: z.boolean(), ready: z.boolean().optional() })

export const oipRoutes = {
  oipModel: createRoute({
    method: 'get',
    path: '/v2/models/{model}',
    tags,
    summary: 'The inputs and outputs of a model, by the Open Inference Protocol',
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
    responses: {
      200: json(modelReady, 'It does.'),
      503: json(modelReady, 'Not now: it is loading, has failed, is paused or was unloaded.'),
      ...failures,
    },
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
  oipServer: createRoute({
    method: 'get',
    path: '/v2',
    tags,
    summary: 'What this server is and which extensions it has',
    security: openSecurity,
    responses: {
      200: json(z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) }), 'The server.'),
    },
  }),
  oipLive: createRoute({
    method: 'get',
    path: '/v2/health/live',
    tags,
    summary: 'Whether the process is alive',
    security: openSecurity,
    responses: { 200: json(state, 'It is.') },
  }),
  oipReady: createRoute({
    method: 'get',
    path: '/v2/health/ready',
    tags,
    summary: 'Whether it should be sent requests',
    security: openSecurity,
    responses: { 200: json(state, 'It should.'), 503: json(state, 'Not now.') },
  }),
  oipConfig: createRoute({
    method: 'get',
    path: '/v2/models/{model}/config',
    tags,
    summary: "A model's configuration, in Triton's words",
    security,
    request: { params },
    responses: { 200: json(z.looseObject({ name: z.string() }), 'The configuration.'), ...failures },
  }),
  oipAllStatistics: createRoute({
    method: 'get',
    path: '/v2/models/stats',
    tags,
    summary: 'What all models have done on this replica',
    security,
    responses: {
      200: json(z.looseObject({ model_stats: z.array(z.looseObject({})) }), 'Their counters.'),
      ...failures,
    },
  }),
  oipLoad: createRoute({
    method: 'post',
    path: '/v2/repository/models/{model}/load',
    tags,
    summary: 'Load a model on this replica now',
    description: `Answers when it is loaded, or with the reason why it cannot be. Loads deployments of the replica's pool; of several replicas behind one address, only one. If the deployment's \`min\` is 0, it is unloaded after \`idleSeconds\` without a request, unlike in Triton. Files and configurations of the caller are not supported. Needs write access to its owner.`,
    security,
    request: { params, body: { required: false, content: { 'application/json': { schema: z.looseObject({}) } } } },
    responses: {
      200: json(z.object({}), 'It is loaded.'),
      409: json(oipFailure, 'Its deployment is paused.'),
      501: json(oipFailure, '`parameters` asks for files or a configuration of its own.'),
      503: json(oipFailure, 'It is not loaded yet, and may be later: `Retry-After`.'),
      ...failures,
    },
  }),
  oipUnload: createRoute({
    method: 'post',
    path: '/v2/repository/models/{model}/unload',
    tags,
    summary: 'Unload a model on this replica',
    description: `Answers when it is unloaded, after earlier requests are answered. Until it is loaded again, the index says UNAVAILABLE and \`/ready\` fails, as in Triton; unlike there, its next request loads it again, because a deployment always answers. A model that is to stay loaded is not unloaded: set its deployment's \`min\` to 0, or pause it. Needs write access to its owner.`,
    security,
    request: { params, body: { required: false, content: { 'application/json': { schema: z.looseObject({}) } } } },
    responses: {
      200: json(z.object({}), 'It is unloaded.'),
      409: json(oipFailure, 'A deployment keeps it loaded.'),
      ...failures,
    },
  }),
}

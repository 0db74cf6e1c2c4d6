import { z } from '@hono/zod-openapi'
import { deploymentSettings } from './deployment-settings.ts'
import { deploymentTarget, shadowTarget, taskWords } from './deployment-target.ts'
import { deploymentName, repoId, timestamp } from './words.ts'

/** The state of a target on one replica. */
const replicaState = z.enum(['LOADING', 'READY', 'FAILED', 'PAUSED'])

const replicaTarget = z
  .object({
    target: z.string(),
    revision: z.string(),
    file: z.string(),
    state: replicaState,
    reason: z.string().optional(),
    isShadow: z.boolean().optional(),
    isResident: z.boolean().openapi({ description: 'Whether it is loaded now, so that requests need not wait.' }),
    isKeptLoaded: z
      .boolean()
      .optional()
      .openapi({ description: 'False if it should stay loaded and there is not enough memory.' }),
    notKeptBecause: z.string().optional(),
    standIn: z.string().optional().openapi({ description: 'The revision that answers until this one does.' }),
    loadSeconds: z.number().optional(),
    queued: z.number().int().openapi({ description: 'Inputs that wait.' }),
    answered: z.number().int().openapi({ description: 'Inputs answered since it was loaded.' }),
    failed: z.number().int(),
  })
  .openapi('ReplicaTarget')

const replicaStatus = z
  .object({
    id: z.string(),
    state: replicaState,
    reason: z.string().optional().openapi({ description: 'Why the model could not be loaded.' }),
    revision: z.string(),
    observed: z.object({ version: z.number().int(), createdAt: timestamp }).optional().openapi({
      description:
        'The version of the deployment that the replica follows. Until that is the current `version`, its report does not count for `state`.',
    }),
    isKeeper: z.boolean().optional().openapi({
      description: 'False if it is only loaded on request, because `max` other replicas keep it loaded.',
    }),
    inFlight: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Running requests, if `limits.concurrency` limits them.' }),
    targets: z.array(replicaTarget).optional(),
    baseUrl: z
      .string()
      .optional()
      .openapi({ description: 'The address of this replica, if it differs from the address of this API.' }),
    updatedAt: timestamp,
  })
  .openapi('ReplicaStatus')

const deploymentState = z.enum(['PENDING', 'LOADING', 'READY', 'FAILED', 'PAUSED'])

export const deployment = z
  .object({
    name: deploymentName,
    owner: z.string().openapi({ description: 'Whose members may call and remove it.', example: 'slipway' }),
    target: z.string().openapi({ description: '`owner/name@ref` as it was requested.' }),
    repo: repoId,
    ref: z.string(),
    revision: z.string().openapi({
      description: 'The revision of the ref when the deployment was created or changed; an alias is followed.',
    }),
    ...taskWords,
    file: z.string().openapi({ description: 'The ONNX file that is served.', example: 'onnx/model.onnx' }),
    state: deploymentState.openapi({
      description:
        'The state of the current version: PENDING until a replica follows it, and READY when one serves it.',
    }),
    reason: z.string().optional(),
    url: z.string().optional().openapi({
      description:
        'The address for predictions; relative if it is on the host of this API. Otherwise it is absent until a replica of the pool reports it.',
      example: '/api/v1/predict/iris',
    }),
    targets: z
      .array(deploymentTarget)
      .openapi({ description: 'Everything that it serves; the first target is also above.' }),
    shadow: shadowTarget.optional(),
    ...deploymentSettings.required({ pool: true, min: true, isolate: true, stickyBy: true }).shape,
    readyReplicas: z.number().int().openapi({ description: 'How many replicas serve the current version.' }),
    wantedReplicas: z.number().int().openapi({
      description:
        'How many should: all of the pool, at least `min` and at most `max`. 0 if it is loaded on request, or paused.',
    }),
    replicas: z.array(replicaStatus),
    drift: z.array(z.string()).openapi({
      description: 'How replicas differ from the request. Empty if they do not.',
    }),
    version: z
      .number()
      .int()
      .openapi({ description: 'Counts its changes. The ETag begins with it, and `If-Match` accepts either.' }),
    createdAt: timestamp,
    updatedAt: timestamp.optional(),
  })
  .openapi('Deployment')

export * from './change-deployment.ts'
export type Deployment = z.infer<typeof deployment>
export type ReplicaStatus = z.infer<typeof replicaStatus>
export type ReplicaTarget = z.infer<typeof replicaTarget>

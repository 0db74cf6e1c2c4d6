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
    isResident: z
      .boolean()
      .openapi({ description: 'Whether an engine holds it now, and no request waits for a load.' }),
    isKeptLoaded: z
      .boolean()
      .optional()
      .openapi({ description: 'False where it is to be kept loaded and there is not memory enough for that.' }),
    notKeptBecause: z.string().optional(),
    standIn: z.string().optional().openapi({ description: 'The revision that answers in its place until it does.' }),
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
        'The deployment as the replica has taken it on. Until that is the present `version`, what it says does not count for `state`.',
    }),
    isKeeper: z.boolean().optional().openapi({
      description: 'False where it is loaded only for who asks there, because `max` others keep it loaded.',
    }),
    inFlight: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Requests under way, where `limits.concurrency` says how many may be.' }),
    targets: z.array(replicaTarget).optional(),
    baseUrl: z
      .string()
      .optional()
      .openapi({ description: 'Where this replica is asked, when it is not where this API is.' }),
    updatedAt: timestamp,
  })
  .openapi('ReplicaStatus')

const deploymentState = z.enum(['PENDING', 'LOADING', 'READY', 'FAILED', 'PAUSED'])

export const deployment = z
  .object({
    name: deploymentName,
    owner: z.string().openapi({ description: 'Whose members may call and remove it.', example: 'slipway' }),
    target: z.string().openapi({ description: '`owner/name@ref` as it was asked for.' }),
    repo: repoId,
    ref: z.string(),
    revision: z.string().openapi({
      description: 'The revision that the ref named when the deployment was made or changed; an alias is followed.',
    }),
    ...taskWords,
    file: z.string().openapi({ description: 'The ONNX file that is served.', example: 'onnx/model.onnx' }),
    state: deploymentState.openapi({
      description:
        'What the replicas make of this very version: PENDING until one has taken it on, and READY when one answers as it says.',
    }),
    reason: z.string().optional(),
    url: z.string().optional().openapi({
      description:
        'Where predictions are asked for; relative where it is the host of this API. Where it is another, it is there once a replica of the pool is, which tells it.',
      example: '/api/v1/predict/iris',
    }),
    targets: z.array(deploymentTarget).openapi({ description: 'All that it serves; the first stands above as well.' }),
    shadow: shadowTarget.optional(),
    ...deploymentSettings.required({ pool: true, min: true, isolate: true, stickyBy: true }).shape,
    readyReplicas: z.number().int().openapi({ description: 'How many replicas answer as this very version says.' }),
    wantedReplicas: z.number().int().openapi({
      description:
        'How many are to: all of the pool, at least `min` and at most `max` of them. 0 where it is loaded for who asks, and while it is paused.',
    }),
    replicas: z.array(replicaStatus),
    drift: z.array(z.string()).openapi({
      description: 'Where replicas are not yet, or not, what is asked for. Empty when all is as it should.',
    }),
    version: z
      .number()
      .int()
      .openapi({ description: 'Counts its changes. The ETag begins with it, and `If-Match` takes either.' }),
    createdAt: timestamp,
    updatedAt: timestamp.optional(),
  })
  .openapi('Deployment')

export * from './change-deployment.ts'
export type Deployment = z.infer<typeof deployment>
export type ReplicaStatus = z.infer<typeof replicaStatus>
export type ReplicaTarget = z.infer<typeof replicaTarget>

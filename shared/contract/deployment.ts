import { z } from '@hono/zod-openapi'
import { deploymentName, ownerName, repoId, timestamp } from './words.ts'

/** What a replica says of itself: it loads the model, serves it, or cannot. */
export const replicaState = z.enum(['LOADING', 'READY', 'FAILED'])

export const replicaStatus = z
  .object({
    id: z.string(),
    state: replicaState,
    reason: z.string().optional().openapi({ description: 'Why the model could not be loaded.' }),
    revision: z.string(),
    baseUrl: z
      .string()
      .optional()
      .openapi({ description: 'Where this replica is asked, when it is not where this API is.' }),
    updatedAt: timestamp,
  })
  .openapi('ReplicaStatus')

export const deploymentState = z.enum(['PENDING', 'LOADING', 'READY', 'FAILED'])

export const deployment = z
  .object({
    name: deploymentName,
    owner: z.string().openapi({ description: 'Whose members may call and remove it.', example: 'slipway' }),
    target: z.string().openapi({ description: '`owner/name@ref` as it was asked for.' }),
    repo: repoId,
    ref: z.string(),
    revision: z.string().openapi({ description: 'The revision that the ref named when the deployment was made.' }),
    task: z.string(),
    file: z.string().openapi({ description: 'The ONNX file that is served.', example: 'onnx/model.onnx' }),
    state: deploymentState,
    reason: z.string().optional(),
    url: z.string().openapi({
      description: 'Where predictions are asked for; relative where it is the host of this API.',
      example: '/api/v1/predict/iris',
    }),
    replicas: z.array(replicaStatus),
    createdAt: timestamp,
  })
  .openapi('Deployment')

export const createDeployment = z
  .object({
    target: z.string().openapi({
      description: '`owner/name`, or `owner/name@` and a branch, tag, alias or revision.',
      example: 'slipway/iris@v1',
    }),
    name: deploymentName.optional().openapi({ description: "Defaults to the repo's name in lower case." }),
    owner: ownerName.optional().openapi({ description: "Whose it is. Defaults to the repo's owner." }),
    file: z.string().optional().openapi({
      description:
        'Which ONNX file, where the repo has several. Defaults to the first of onnx/model.onnx, model.onnx, or the only one.',
    }),
  })
  .strict()
  .openapi('CreateDeployment')

export type Deployment = z.infer<typeof deployment>
export type CreateDeployment = z.infer<typeof createDeployment>
export type ReplicaStatus = z.infer<typeof replicaStatus>

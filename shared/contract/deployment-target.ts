import { z } from '@hono/zod-openapi'
import { precisions } from '../model/precision.ts'
import { servedTasks } from '../model/served-tasks.ts'
import { amountOrNone, someAmount, timestamp } from './words.ts'

const target = z.string().max(300).openapi({
  description:
    '`owner/name`, or `owner/name@` and a branch, tag, alias or revision. A moved alias is followed, unless `follow` is false or the repo is private to another owner than the deployment; any other ref is resolved once.',
  example: 'slipway/iris@champion',
})

const weight = amountOrNone(1_000_000).openapi({
  description: 'Its share of the requests, relative to the other weights. With 0 it is not loaded.',
})

export const wantedTarget = z
  .object({
    target,
    file: z.string().min(1).max(1000).optional().openapi({
      description: 'The ONNX file, if the repo has several. Takes precedence over a precision.',
    }),
    precision: z.enum(precisions).optional().openapi({
      description: 'Selects the file by its precision. Defaults to what suits the device: fp32 on a CPU.',
    }),
    task: z.enum(servedTasks).optional().openapi({
      description:
        'The task to serve it as, if not the one that its repo declares. `tensors` passes the tensors of the graph as they are.',
    }),
    follow: z.boolean().optional().openapi({
      description: 'Whether it follows its alias, without a dropped request. Defaults to true for an alias.',
    }),
  })
  .strict()

export const wantedTargets = z
  .array(wantedTarget.extend({ weight: weight.default(1) }).strict())
  .min(1)
  .max(8)
  .refine((targets) => targets.some((one) => one.weight > 0), 'needs a target whose weight is over 0')

export const wantedShadow = wantedTarget
  .extend({
    percent: someAmount(100).openapi({ description: 'The percentage of requests that are copied to it.' }),
  })
  .strict()

/** A task by the name it is served as, and by the Hub's name. */
export const taskWords = {
  task: z.string().openapi({ description: 'The task that it is served as.', example: 'feature-extraction' }),
  pipelineTag: z.string().optional().openapi({
    description: "The task that its repo declares, by the Hub's name.",
    example: 'sentence-similarity',
  }),
}

const chosen = {
  target: z.string(),
  repo: z.string(),
  ref: z.string(),
  revision: z.string(),
  ...taskWords,
  file: z.string(),
  wantedFile: z.string().optional().openapi({ description: 'The file, if it was requested by name.' }),
  precision: z.enum(precisions).optional(),
  wantedTask: z.enum(servedTasks).optional().openapi({ description: 'The task, if it was requested by name.' }),
  movedTo: z
    .object({ kind: z.enum(['branch', 'tag', 'alias']), revision: z.string() })
    .optional()
    .openapi({
      description:
        'Where the ref points now, if that is another revision and the target does not follow it: sending the same `target` again moves it. Only for those who may read the repo.',
    }),
  follows: z.boolean().openapi({ description: 'Whether it follows its alias.' }),
  followFault: z.string().optional().openapi({ description: 'Why it is not at the revision of its alias.' }),
}

export const deploymentTarget = z
  .object({
    ...chosen,
    weight,
    state: z.enum(['PENDING', 'LOADING', 'READY', 'FAILED', 'PAUSED', 'IDLE', 'ROLLED_BACK']).openapi({
      description:
        '`IDLE` has no weight; `ROLLED_BACK` failed the canary rule. That applies to the revision: when the alias moves, the new one gets the configured share and is judged anew, and the first target returns to its own share.',
    }),
    reason: z.string().optional(),
    rolledBackAt: timestamp.optional(),
  })
  .openapi('DeploymentTarget')

export const shadowTarget = z.object({ ...chosen, percent: z.number() }).openapi('ShadowTarget')

export type WantedTarget = z.infer<typeof wantedTarget> & { weight?: number | undefined }

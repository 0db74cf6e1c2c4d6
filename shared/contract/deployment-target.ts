import { z } from '@hono/zod-openapi'
import { precisions } from '../model/precision.ts'
import { servedTasks } from '../model/served-tasks.ts'
import { amountOrNone, someAmount, timestamp } from './words.ts'

const target = z.string().max(300).openapi({
  description:
    '`owner/name`, or `owner/name@` and a branch, tag, alias or revision. An alias is followed when it moves, unless `follow` is false, or the repo is private to another owner than the deployment; what anything else names is looked up once.',
  example: 'slipway/iris@champion',
})

const weight = amountOrNone(1_000_000).openapi({
  description: 'Its share of the requests, against the weights of the others. With 0 it is not loaded.',
})

export const wantedTarget = z
  .object({
    target,
    file: z.string().min(1).max(1000).optional().openapi({
      description: 'Which ONNX file, where the repo has several. It goes before a precision.',
    }),
    precision: z.enum(precisions).optional().openapi({
      description: 'Which of the files to serve. Defaults to what suits the device: fp32 on a CPU.',
    }),
    task: z.enum(servedTasks).optional().openapi({
      description:
        'What to serve it as, where that is not what its repo says. `tensors` takes and gives what the graph does.',
    }),
    follow: z.boolean().optional().openapi({
      description:
        'Whether it goes along when its alias moves, without a dropped request. Defaults to true for an alias.',
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
    percent: someAmount(100).openapi({ description: 'How many of a hundred requests are copied to it.' }),
  })
  .strict()

/** A task by the name it is served as, and by the Hub's name. */
export const taskWords = {
  task: z.string().openapi({ description: 'What it is served as.', example: 'feature-extraction' }),
  pipelineTag: z.string().optional().openapi({
    description: 'What its repo says that it does, in the words of the Hub.',
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
  wantedFile: z.string().optional().openapi({ description: 'The file where it was asked for by name.' }),
  precision: z.enum(precisions).optional(),
  wantedTask: z.enum(servedTasks).optional().openapi({ description: 'The task where it was asked for by name.' }),
  movedTo: z
    .object({ kind: z.enum(['branch', 'tag', 'alias']), revision: z.string() })
    .optional()
    .openapi({
      description:
        'What the ref names now, where that is another revision and the target does not go along: the same `target` sent again is looked up anew. Told to who may read the repo.',
    }),
  follows: z.boolean().openapi({ description: 'Whether it goes along when its alias moves.' }),
  followFault: z.string().optional().openapi({ description: 'Why it is not at what its alias names.' }),
}

export const deploymentTarget = z
  .object({
    ...chosen,
    weight,
    state: z.enum(['PENDING', 'LOADING', 'READY', 'FAILED', 'PAUSED', 'IDLE', 'ROLLED_BACK']).openapi({
      description:
        '`IDLE` has no weight; `ROLLED_BACK` did worse than the canary rule allows. That is said of the revision: what its alias names when it moves gets the share that was asked for again, and is judged anew; where the first target had taken all of it over, it has its own share again then.',
    }),
    reason: z.string().optional(),
    rolledBackAt: timestamp.optional(),
  })
  .openapi('DeploymentTarget')

export const shadowTarget = z.object({ ...chosen, percent: z.number() }).openapi('ShadowTarget')

export type WantedTarget = z.infer<typeof wantedTarget> & { weight?: number | undefined }

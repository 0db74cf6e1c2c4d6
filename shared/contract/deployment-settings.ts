import { z } from '@hono/zod-openapi'
import { amountOrNone, someAmount } from './words.ts'

export const poolName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and "-", not at either end')
  .openapi({ example: 'default' })

const limits = z
  .object({
    requestsPerSecond: someAmount(1_000_000).optional().openapi({
      description: 'All replicas of the pool together; each takes an equal share. A second of it may come at once.',
    }),
    requestsPerDay: z.number().int().positive().optional().openapi({
      description: 'A quota from midnight to midnight, UTC. Replicas add up what they answered every few seconds.',
    }),
    tokensPerMinute: z.number().int().positive().optional().openapi({
      description:
        'Of text models, all replicas together; each takes an equal share. A request is let in while any are left and takes all of its own before it runs: who comes then gets 429 `rate_limited` until the minute made up for it. One that has more than a whole minute is refused with 413.',
    }),
    concurrency: z.number().int().min(1).max(100_000).optional().openapi({
      description:
        'How many requests each replica answers at a time, from when one has come whole until the last of its answer is sent. Others get 429 `concurrency_limited`, with a `Retry-After` by how long they take of late.',
    }),
  })
  .strict()
  .openapi('DeploymentLimits')

const canary = z
  .object({
    maxErrorRate: amountOrNone(1).optional().openapi({
      description: 'The share of requests that may fail, beyond those that fail at the first target too.',
    }),
    maxLatencyRatio: z.number().min(1).max(1000).optional().openapi({
      description: "How many times the first target's p95 a target's may be.",
    }),
    minRequests: z.number().int().min(1).max(1_000_000).default(20).openapi({
      description: 'Nothing is judged by fewer requests.',
    }),
    windowSeconds: z.number().int().min(1).max(3600).default(60),
  })
  .strict()
  .refine(
    ({ maxErrorRate, maxLatencyRatio }) => maxErrorRate !== undefined || maxLatencyRatio !== undefined,
    'needs "maxErrorRate", "maxLatencyRatio" or both',
  )
  .openapi('CanaryRule', {
    description:
      'When a target that is not the first is taken out of service: each replica judges by what it sees itself, and the first verdict stands for all.',
  })

/** Settings of a deployment that do not depend on its model. */
export const deploymentSettings = z.object({
  pool: poolName.optional().openapi({ description: 'Whose replicas serve it. Defaults to `default`.' }),
  min: z.number().int().min(0).max(1000).optional().openapi({
    description:
      'How many replicas are to answer: with fewer, `drift` says so. 0 has it loaded for its first request, and leave when it is idle. Defaults to 1.',
  }),
  max: z.number().int().min(1).max(1000).optional().openapi({
    description:
      'How many replicas keep it loaded at most: the same ones as long as they live. Every replica of the pool answers for it; one that does not keep it loads it when it is asked, and gives the memory back after `idleSeconds` without a request. All of them keep it by default.',
  }),
  idleSeconds: z.number().int().min(1).max(86_400).optional().openapi({
    description:
      'How long it stays loaded without a request, where `min` is 0, or on a replica beyond `max`. Defaults to 300.',
  }),
  isolate: z.enum(['auto', 'always', 'never']).optional().openapi({
    description: 'Whether inputs are run alone: `auto`, the default, where a batch would change their answers.',
  }),
  limits: limits.optional(),
  resultCache: z
    .object({ entries: z.number().int().min(1).max(1_000_000) })
    .strict()
    .optional()
    .openapi({
      description:
        'How many answers each replica keeps to give again, at most: all deployments of a replica share 256 MiB for them. None by default.',
    }),
  stickyBy: z.enum(['session', 'caller']).optional().openapi({
    description:
      'Who is always answered by the same target: those who send the same `x-session-id`, or with `caller` also whoever sends none.',
  }),
  canary: canary.optional(),
})

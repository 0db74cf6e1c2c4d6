import { z } from '@hono/zod-openapi'
import { amountOrNone, someAmount } from './words.ts'

export const poolName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and "-", not at either end')
  .openapi({ example: 'default' })

const limits = z
  .object({
    requestsPerSecond: someAmount(1_000_000).optional().openapi({
      description: "For all replicas of the pool, in equal shares. Allows bursts of one second's worth.",
    }),
    requestsPerDay: z.number().int().positive().optional().openapi({
      description: 'A quota per day (UTC). Replicas sum up their requests every few seconds.',
    }),
    tokensPerMinute: z.number().int().positive().optional().openapi({
      description:
        'Of text models, all replicas together; each takes an equal share. A request is let in while any are left and takes all of its own before it runs: who comes then gets 429 `rate_limited` until the minute made up for it. One that has more than a whole minute is refused with 413.',
    }),
    concurrency: z.number().int().min(1).max(100_000).optional().openapi({
      description:
        'How many requests each replica answers at a time, counted from the end of the request to the end of the answer. Further ones get 429 `concurrency_limited`, with a `Retry-After` based on recent durations.',
    }),
  })
  .strict()
  .openapi('DeploymentLimits')

const canary = z
  .object({
    maxErrorRate: amountOrNone(1).optional().openapi({
      description: 'The fraction of requests that may fail, beyond the failures of the first target.',
    }),
    maxLatencyRatio: z.number().min(1).max(1000).optional().openapi({
      description: "How many times the first target's p95 a target's may be.",
    }),
    minRequests: z.number().int().min(1).max(1_000_000).default(20).openapi({
      description: 'The least number of requests for a verdict.',
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
      'When to take a target other than the first out of service: each replica judges by its own requests, and the first verdict applies to all.',
  })

/** Settings of a deployment that do not depend on its model. */
export const deploymentSettings = z.object({
  pool: poolName.optional().openapi({ description: 'The pool whose replicas serve it. Defaults to `default`.' }),
  min: z.number().int().min(0).max(1000).optional().openapi({
    description:
      'How many replicas keep it loaded; with fewer, `drift` says so. With 0 its first request loads it, and it is unloaded when idle. Defaults to 1.',
  }),
  max: z.number().int().min(1).max(1000).optional().openapi({
    description:
      'How many replicas keep it loaded at most. Every replica of the pool still answers: others load it on request, and unload it after `idleSeconds` without one. By default all of them keep it loaded.',
  }),
  idleSeconds: z.number().int().min(1).max(86_400).optional().openapi({
    description:
      'How long it stays loaded without a request, if `min` is 0, or on a replica beyond `max`. Defaults to 300.',
  }),
  isolate: z.enum(['auto', 'always', 'never']).optional().openapi({
    description: 'Whether inputs run alone: with `auto`, the default, if a batch would change their answers.',
  }),
  limits: limits.optional(),
  resultCache: z
    .object({ entries: z.number().int().min(1).max(1_000_000) })
    .strict()
    .optional()
    .openapi({
      description: 'How many answers each replica caches; all deployments of a replica share 256 MiB. None by default.',
    }),
  stickyBy: z.enum(['session', 'caller']).optional().openapi({
    description:
      'Which requests go to the same target: those with the same `x-session-id`, or with `caller` also those of one caller without it.',
  }),
  canary: canary.optional(),
})

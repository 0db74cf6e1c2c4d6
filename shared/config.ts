import * as z from 'zod'
import { defaultQuotas, type Quotas } from './table/quotas.ts'

/**
 * Parses an environment once, in a composition root. A missing or wrong value stops the start with a message that
 * names every variable at fault.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ code, path, message }) => {
    // What is amiss between two variables is told of one that may be left to its default.
    const isMissing = code === 'invalid_type' && path.length === 1 && !(String(path[0]) in given)
    return `  ${path.join('.')}: ${isMissing ? 'is missing' : message}`
  })
  throw new Error(`The environment is not usable:\n${faults.join('\n')}`)
}

/** A number as an environment has it, which is text: no sign, no fraction, and not the 0 that JavaScript makes of " ". */
export function wholeNumber({ min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {}) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  const error = `must be a whole number ${range}`
  return z
    .string()
    .regex(/^\d{1,16}$/, error)
    .transform(Number)
    .refine((number) => number >= min && number <= max, error)
}

export const logLevel = z
  .enum(['debug', 'info', 'warn', 'error', 'silent'], 'must be "debug", "info", "warn", "error" or "silent"')
  .default('info')

/** What Lambdas are told. Each picks what it uses, so that it is neither told of nor let near anything else. */
export const platformEnvironment = z.object({
  SLIPWAY_TABLE: z.string(),
  SLIPWAY_BUCKET: z.string(),
  SLIPWAY_INGEST_QUEUE_URL: z.url(),
  SLIPWAY_DROP_QUEUE_URL: z.url(),
  SLIPWAY_MAINTENANCE_QUEUE_URL: z.url(),
  /** sha256 of the first admin key, chosen at deployment; the key itself never reaches AWS. */
  SLIPWAY_ADMIN_KEY_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  HF_ENDPOINT: z.url().default('https://huggingface.co'),
  /** Name of the secret that holds the token for that endpoint; the token itself is in no setting. */
  SLIPWAY_HF_TOKEN_SECRET: z.string().optional(),
  /** The Hub that is read for names that are not here; nothing is mirrored without it. */
  SLIPWAY_MIRROR_ENDPOINT: z.url().optional(),
  /** Lambda's own. */
  AWS_SESSION_TOKEN: z.string().optional(),
  /** Where CloudWatch keeps the metrics; without one none are written. */
  SLIPWAY_EMF_NAMESPACE: z.string().optional(),
  SLIPWAY_LOG_LEVEL: logLevel,
})

/** What each pool runs models on, as JSON: `{"default": "cuda"}`. */
export const poolDevices = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON, like {"default": "cuda"}' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string(), z.enum(['cpu', 'cuda'], 'must be "cpu" or "cuda"')))
  .optional()

const quota = wholeNumber()

/** What an owner may have for whom no admin set other limits. */
export const quotaEnvironment = z.object({
  SLIPWAY_QUOTA_REPOS: quota.default(defaultQuotas.repos).describe('repos that an owner may have'),
  SLIPWAY_QUOTA_STORED_BYTES: quota.default(defaultQuotas.storedBytes).describe('bytes that an owner may store'),
  SLIPWAY_QUOTA_IMPORTS: quota.default(defaultQuotas.imports).describe('imports of an owner at the same time'),
  SLIPWAY_QUOTA_DEPLOYMENTS: quota.default(defaultQuotas.deployments).describe('deployments that an owner may have'),
  SLIPWAY_QUOTA_REQUESTS_PER_MINUTE: wholeNumber({ min: 1 })
    .optional()
    .describe('requests of an owner; not counted where it is not set'),
})

export const quotasOf = (given: z.output<typeof quotaEnvironment>): Quotas => ({
  repos: given.SLIPWAY_QUOTA_REPOS,
  storedBytes: given.SLIPWAY_QUOTA_STORED_BYTES,
  imports: given.SLIPWAY_QUOTA_IMPORTS,
  deployments: given.SLIPWAY_QUOTA_DEPLOYMENTS,
  requestsPerMinute: given.SLIPWAY_QUOTA_REQUESTS_PER_MINUTE,
})

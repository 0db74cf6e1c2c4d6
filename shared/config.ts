import * as z from 'zod'
import { plainIssues } from './plain-issues.ts'
import { defaultQuotas, type Quotas } from './table/quotas.ts'

/**
 * Parses the environment once, in a composition root. A missing or invalid value stops the start with a message that
 * names every variable at fault.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = schema.safeParse(given, plainIssues)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ code, path, message }) => {
    // A rule about two variables also applies where one of them was left to its default.
    const isMissing = code === 'invalid_type' && path.length === 1 && !(String(path[0]) in given)
    return `  ${path.join('.')}: ${isMissing ? 'is missing' : message}`
  })
  throw new Error(`The environment is invalid:\n${faults.join('\n')}`)
}

/** A whole number in an environment variable: no sign, no fraction, and not the 0 that JavaScript makes of " ". */
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

/** The environment of the Lambdas. Each picks the variables it needs, so that it gets access to nothing else. */
export const platformEnvironment = z.object({
  SLIPWAY_TABLE: z.string(),
  SLIPWAY_BUCKET: z.string(),
  SLIPWAY_INGEST_QUEUE_URL: z.url(),
  SLIPWAY_DROP_QUEUE_URL: z.url(),
  SLIPWAY_MAINTENANCE_QUEUE_URL: z.url(),
  /** sha256 of the first admin key; the key itself never reaches AWS. */
  SLIPWAY_ADMIN_KEY_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  HF_ENDPOINT: z.url().default('https://huggingface.co'),
  /** The name of the secret with the token for that endpoint; the token itself is in no setting. */
  SLIPWAY_HF_TOKEN_SECRET: z.string().optional(),
  /** The Hub to mirror; without it nothing is mirrored. */
  SLIPWAY_MIRROR_ENDPOINT: z.url().optional(),
  /** Set by Lambda. */
  AWS_SESSION_TOKEN: z.string().optional(),
  /** The CloudWatch namespace of the metrics; without it none are written. */
  SLIPWAY_EMF_NAMESPACE: z.string().optional(),
  SLIPWAY_LOG_LEVEL: logLevel,
})

/** The device of each pool, as JSON: `{"default": "cuda"}`. */
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

/** Quotas of owners for whom no admin set others. */
export const quotaEnvironment = z.object({
  SLIPWAY_QUOTA_REPOS: quota.default(defaultQuotas.repos).describe('the maximum number of repos per owner'),
  SLIPWAY_QUOTA_STORED_BYTES: quota.default(defaultQuotas.storedBytes).describe('the maximum stored bytes per owner'),
  SLIPWAY_QUOTA_IMPORTS: quota
    .default(defaultQuotas.imports)
    .describe('the maximum number of concurrent imports per owner'),
  SLIPWAY_QUOTA_DEPLOYMENTS: quota
    .default(defaultQuotas.deployments)
    .describe('the maximum number of deployments per owner'),
  SLIPWAY_QUOTA_REQUESTS_PER_MINUTE: wholeNumber({ min: 1 })
    .optional()
    .describe('the maximum requests per minute and owner; default: unlimited'),
})

export const quotasOf = (given: z.output<typeof quotaEnvironment>): Quotas => ({
  repos: given.SLIPWAY_QUOTA_REPOS,
  storedBytes: given.SLIPWAY_QUOTA_STORED_BYTES,
  imports: given.SLIPWAY_QUOTA_IMPORTS,
  deployments: given.SLIPWAY_QUOTA_DEPLOYMENTS,
  requestsPerMinute: given.SLIPWAY_QUOTA_REQUESTS_PER_MINUTE,
})

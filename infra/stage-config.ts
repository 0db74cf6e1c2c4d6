import type { Environment } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import * as z from 'zod'
import { plainIssues } from '../shared/plain-issues.ts'
import { type PoolConfig, poolsOf } from './pool-config.ts'
import { poolsContext } from './pool-context.ts'
import { quotaContext, quotaSettings } from './quota-context.ts'
import { zonesContext } from './zones-context.ts'

/** What differs between two installations, parsed once from the CDK app's context. */
export interface StageConfig {
  stage: Stage
  /** The stage's fixed account and region; without them the credentials decide. */
  env: Environment | undefined
  /** sha256 of the first admin key. */
  adminKeySha256: string | undefined
  /** Who may create accounts: anyone, invited people, or only admins for others. */
  registration: 'open' | 'invitation' | 'closed'
  /** The Hub for `hf://` imports. */
  hfEndpoint: string
  /** The Secrets Manager secret with the token for that Hub. */
  hfTokenSecret: string | undefined
  /** Default quotas of owners, by environment variable. */
  quotas: Record<string, string>
  /** The Hub to mirror; absent without a mirror. */
  mirrorEndpoint: string | undefined
  logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** Whether models and registry outlive their stack and cannot be deleted by accident. */
  isRetained: boolean
  logRetention: RetentionDays
  /** The metrics' CloudWatch namespace, per stage so that no stage scales on another's numbers. */
  metricNamespace: string
  /** How many import steps run at once. */
  ingestConcurrencyMax: number
  /** Absent without an inference service: `-c gpu=false`. */
  gpu: GpuConfig | undefined
  /** The SNS topic for alarms; without one, they only show in the console. */
  alarmTopicArn: string | undefined
}

export interface GpuConfig {
  /** How the GPU tasks reach AWS: private endpoints without internet access, or a NAT gateway. */
  egress: 'endpoints' | 'nat'
  /** How many availability zones have private endpoints; one serves all, two survive the loss of a zone. */
  endpointZones: 1 | 2
  /** The network's two availability zones by name; by default the region's first two. */
  zones: readonly [string, string] | undefined
  pools: PoolConfig[]
  /** Whether a new version starts beside the old one, which needs GPU quota for twice the replicas. */
  isUpdatedBeside: boolean
}

type Stage = keyof typeof stages

const stages = {
  dev: { isRetained: false, logRetention: RetentionDays.ONE_WEEK, ingestConcurrencyMax: 10, replicasMax: 1 },
  staging: { isRetained: true, logRetention: RetentionDays.ONE_MONTH, ingestConcurrencyMax: 20, replicasMax: 2 },
  prod: { isRetained: true, logRetention: RetentionDays.SIX_MONTHS, ingestConcurrencyMax: 50, replicasMax: 4 },
}

// The CLI passes every `-c key=value` as text, cdk.json passes JSON values.
const flag = z.union([z.boolean(), z.stringbool()])

const stageContext = z
  .object({
    stage: z.enum(['dev', 'staging', 'prod']).default('dev'),
    account: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    region: z.string().optional(),
    adminKeySha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
      .optional(),
    registration: z.enum(['open', 'invitation', 'closed']).default('closed'),
    hfTokenSecret: z
      .string()
      .regex(/^[\w/+=.@-]+$/)
      .optional(),
    hfEndpoint: z.url().default('https://huggingface.co'),
    mirrorEndpoint: z.url().optional(),
    ...quotaContext,
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    ingestConcurrencyMax: z.coerce.number().int().min(2).max(1000).optional(),
    gpu: flag.default(true),
    egress: z.enum(['endpoints', 'nat']).default('endpoints'),
    zones: zonesContext,
    pools: poolsContext,
    alarmTopicArn: z
      .string()
      .regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'must be the ARN of an SNS topic')
      .optional(),
    metricNamespace: z.string().optional(),
  })
  .refine(({ account, region }) => (account === undefined) === (region === undefined), {
    path: ['region'],
    message: 'account and region have to be set together',
  })
  .refine(({ egress, pools }) => egress === 'nat' || Object.values(pools).every((pool) => !pool.remoteImages), {
    path: ['egress'],
    message: 'must be "nat" where a pool has remoteImages, which are fetched from the internet',
  })

/** A mistyped setting would be ignored silently. The library's own keys are never plain words. */
const unknownSettings = (context: unknown): string[] =>
  Object.keys(context ?? {}).filter((name) => /^[a-z][a-zA-Z0-9]*$/.test(name) && !(name in stageContext.shape))

/** Parses the stage from the app's context. @throws Error naming every invalid setting */
export function parseStageConfig(context: unknown): StageConfig {
  const parsed = stageContext.safeParse(context, plainIssues)
  const faults = (parsed.error?.issues ?? []).map(({ path, message }) => `  ${path.join('.')}: ${message}`)
  faults.push(...unknownSettings(context).map((name) => `  ${name}: is not a setting`))
  if (!parsed.success || faults.length > 0) throw new Error(`The stage's context is invalid:\n${faults.join('\n')}`)
  const given = parsed.data
  const { replicasMax, ...defaults } = stages[given.stage]
  return {
    ...defaults,
    stage: given.stage,
    env: given.account && given.region ? { account: given.account, region: given.region } : undefined,
    adminKeySha256: given.adminKeySha256,
    registration: given.registration,
    hfEndpoint: given.hfEndpoint,
    hfTokenSecret: given.hfTokenSecret,
    mirrorEndpoint: given.mirrorEndpoint,
    quotas: quotaSettings(given),
    logLevel: given.logLevel,
    metricNamespace: given.metricNamespace ?? `Slipway/${given.stage}`,
    ingestConcurrencyMax: given.ingestConcurrencyMax ?? defaults.ingestConcurrencyMax,
    gpu: given.gpu ? parseGpu(given, replicasMax) : undefined,
    alarmTopicArn: given.alarmTopicArn,
  }
}

function parseGpu(given: z.output<typeof stageContext>, replicasMax: number): GpuConfig {
  return {
    egress: given.egress,
    endpointZones: given.stage === 'dev' ? 1 : 2,
    zones: given.zones,
    pools: poolsOf(given.pools, { replicasMax }),
    isUpdatedBeside: given.stage !== 'dev',
  }
}

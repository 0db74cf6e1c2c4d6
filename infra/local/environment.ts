import * as z from 'zod'
import { type Registration, registrations } from '../../functions/auth/parts.ts'
import { runConfigOf, runSettings } from '../../gpu-service/settings.ts'
import { logLevel, parseEnvironment, quotaEnvironment, quotasOf, wholeNumber } from '../../shared/config.ts'
import { tokenFor } from '../../shared/hf/token-for.ts'
import type { Quotas } from '../../shared/table/quotas.ts'
import { unknownSettings } from '../../shared/unknown-settings.ts'

const schema = z.object({
  PORT: wholeNumber({ max: 65_535 }).default(8000),
  HOST: z.string().default('127.0.0.1'),
  /** The folder that holds all state. */
  SLIPWAY_DATA: z.string().default('.slipway'),
  /** A server that speaks DynamoDB, instead of the embedded one. */
  SLIPWAY_DYNAMODB_ENDPOINT: z.url('must be a URL, such as http://127.0.0.1:8001').optional(),
  SLIPWAY_LOG_LEVEL: logLevel,
  /** Who may make an account: anyone, whoever is invited, or only an admin for others. */
  SLIPWAY_REGISTRATION: z.enum(registrations, { error: 'must be "open", "invitation" or "closed"' }).default('closed'),
  ...quotaEnvironment.shape,
  ...runSettings,
  /** The Hub that models are pulled from. */
  HF_ENDPOINT: z.url('must be a URL').default('https://huggingface.co'),
  /** The token for that Hub; it is sent nowhere else. */
  HF_TOKEN: z.string().optional(),
  /** The Hub that is read for names that are not here; nothing is mirrored without it. */
  SLIPWAY_MIRROR_ENDPOINT: z.url('must be a URL, such as https://huggingface.co').optional(),
  /** How long it is believed where a branch of that Hub is. */
  SLIPWAY_MIRROR_REVALIDATE_SECONDS: z.coerce.number('must be a number').min(0).max(86_400).default(60),
  /** Set by npm while it runs a script. */
  npm_lifecycle_event: z.string().optional(),
})

export interface LocalSettings {
  port: number
  hostname: string
  dataPath: string
  dynamodbEndpoint: string | undefined
  logLevel: z.output<typeof logLevel>
  registration: Registration
  quotas: Quotas
  /** How models are run. */
  run: ReturnType<typeof runConfigOf>
  hfEndpoint: string
  hfToken: string | undefined
  /** The Hub that is mirrored, with the token for it where that is the one that models are pulled from. */
  mirror: { endpoint: string; token: string | undefined; revalidateSeconds: number } | undefined
  /** Whether the first start shows the main job with a sample model. */
  sample: boolean
  /** Whether npm runs this process. */
  underNpm: boolean
  /** What looks like a setting and is none, a line for each. */
  warnings: string[]
}

/** @throws Error naming every setting at fault. */
export function readSettings(
  environment: Record<string, string | undefined>,
  parameters: readonly string[],
): LocalSettings {
  const [unknown] = parameters.filter((parameter) => parameter !== '--no-sample')
  if (unknown !== undefined)
    throw new Error(
      `"${unknown}" is not an option. There is one, --no-sample; settings are in the README: npm start -- --no-sample`,
    )
  const given = parseEnvironment(schema, environment)
  if (isSelf(given.HF_ENDPOINT, given.PORT))
    throw new Error(
      `HF_ENDPOINT is ${given.HF_ENDPOINT}, this server itself: that setting is for its clients. Start without it, or name the Hub to pull from.`,
    )
  if (given.SLIPWAY_MIRROR_ENDPOINT !== undefined && isSelf(given.SLIPWAY_MIRROR_ENDPOINT, given.PORT))
    throw new Error(
      `SLIPWAY_MIRROR_ENDPOINT is ${given.SLIPWAY_MIRROR_ENDPOINT}, this server itself. Name another Hub.`,
    )
  return {
    port: given.PORT,
    hostname: given.HOST,
    dataPath: given.SLIPWAY_DATA,
    dynamodbEndpoint: given.SLIPWAY_DYNAMODB_ENDPOINT,
    logLevel: given.SLIPWAY_LOG_LEVEL,
    registration: given.SLIPWAY_REGISTRATION,
    quotas: quotasOf(given),
    run: runConfigOf(given),
    hfEndpoint: given.HF_ENDPOINT.replace(/\/+$/, ''),
    hfToken: given.HF_TOKEN,
    mirror: mirrorOf(given),
    sample: !parameters.includes('--no-sample'),
    underNpm: given.npm_lifecycle_event !== undefined,
    warnings: unknownSettings({ environment, known: Object.keys(schema.shape) }),
  }
}

function mirrorOf(given: z.output<typeof schema>): LocalSettings['mirror'] {
  const endpoint = given.SLIPWAY_MIRROR_ENDPOINT?.replace(/\/+$/, '')
  if (endpoint === undefined) return undefined
  const token = tokenFor(endpoint, { hfEndpoint: given.HF_ENDPOINT, hfToken: given.HF_TOKEN })
  return { endpoint, token, revalidateSeconds: given.SLIPWAY_MIRROR_REVALIDATE_SECONDS }
}

/** People export `HF_ENDPOINT` for their clients and then start the server in the same shell. */
const isSelf = (endpoint: string, port: number): boolean => {
  const { hostname, port: other } = new URL(endpoint)
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) && Number(other || 80) === port
}

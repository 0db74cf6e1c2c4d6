import * as z from 'zod'
import { type Registration, registrations } from '../../functions/auth/parts.ts'
import { runConfigOf, runSettings } from '../../gpu-service/settings.ts'
import { logLevel, parseEnvironment, quotaEnvironment, quotasOf, wholeNumber } from '../../shared/config.ts'
import { tokenFor } from '../../shared/hf/token-for.ts'
import type { Quotas } from '../../shared/table/quotas.ts'
import { unknownSettings } from '../../shared/unknown-settings.ts'
import { describeSettings } from './describe-settings.ts'

const schema = z.object({
  PORT: wholeNumber({ max: 65_535 }).default(8000).describe('the port'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('the address to listen on; 0.0.0.0 lets in colleagues on your network'),
  SLIPWAY_DATA: z.string().default('.slipway').describe('the folder for all data'),
  SLIPWAY_DYNAMODB_ENDPOINT: z
    .url('must be a URL, such as http://127.0.0.1:8001')
    .optional()
    .describe('the URL of a server that speaks DynamoDB, to use instead of the embedded one'),
  SLIPWAY_LOG_LEVEL: logLevel.describe('debug, info, warn, error or silent'),
  SLIPWAY_REGISTRATION: z
    .enum(registrations, { error: 'must be "open", "invitation" or "closed"' })
    .default('closed')
    .describe('who may create an account: "open" anyone, "invitation" invited people, "closed" only admins'),
  ...quotaEnvironment.shape,
  ...runSettings,
  HF_ENDPOINT: z.url('must be a URL').default('https://huggingface.co').describe('the Hub to pull models from'),
  HF_TOKEN: z.string().optional().describe('the token for HF_ENDPOINT; it is sent nowhere else'),
  SLIPWAY_MIRROR_ENDPOINT: z
    .url('must be a URL, such as https://huggingface.co')
    .optional()
    .describe(
      'the Hub to mirror: repos that are not here are read from it, with HF_TOKEN if HF_ENDPOINT is the same Hub',
    ),
  SLIPWAY_MIRROR_REVALIDATE_SECONDS: z.coerce
    .number('must be a number')
    .min(0)
    .max(86_400)
    .default(60)
    .describe('how long the branches and missing names of the mirrored Hub are cached'),
  /** Set by npm while it runs a script. */
  npm_lifecycle_event: z.string().optional(),
})

/** Every setting with its default. */
export const settingsHelp = (): string => describeSettings(schema.shape)

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
  /** The mirrored Hub, with the token only where it is for that Hub. */
  mirror: { endpoint: string; token: string | undefined; revalidateSeconds: number } | undefined
  /** Whether the first start demonstrates a sample model. */
  sample: boolean
  /** Whether npm runs this process. */
  underNpm: boolean
  /** One line per unknown setting. */
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
      `"${unknown}" is not an option. There are --no-sample and --help, which lists every setting: npm start -- --help`,
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

/** Users export `HF_ENDPOINT` for their clients and then start the server in the same shell. */
const isSelf = (endpoint: string, port: number): boolean => {
  const { hostname, port: other } = new URL(endpoint)
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) && Number(other || 80) === port
}

import { handle } from 'hono/aws-lambda'
import * as z from 'zod'
import { createVerifier } from '../../shared/auth/verify.ts'
import { parseEnvironment, platformEnvironment, quotaEnvironment, quotasOf } from '../../shared/config.ts'
import { reportingMetrics } from '../../shared/emf.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { openTable } from '../../shared/table/table.ts'
import { createAuthApp } from './app.ts'
import { registrations } from './parts.ts'

const environment = parseEnvironment(
  platformEnvironment
    .pick({
      SLIPWAY_TABLE: true,
      SLIPWAY_ADMIN_KEY_SHA256: true,
      SLIPWAY_EMF_NAMESPACE: true,
      SLIPWAY_LOG_LEVEL: true,
    })
    .extend({ SLIPWAY_REGISTRATION: z.enum(registrations).default('closed'), ...quotaEnvironment.shape }),
  process.env,
)
const adminKeySha256 = environment.SLIPWAY_ADMIN_KEY_SHA256
const metrics = createMetrics()
const table = openTable({ tableName: environment.SLIPWAY_TABLE })

const app = createAuthApp({
  table,
  registration: environment.SLIPWAY_REGISTRATION,
  hasAdminKey: adminKeySha256 !== undefined,
  verify: createVerifier({ table, adminKeySha256 }),
  log: createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'auth' }),
  metrics,
  quotas: quotasOf(environment),
})

export const handler = reportingMetrics({ namespace: environment.SLIPWAY_EMF_NAMESPACE, metrics }, handle(app))

import { handle } from 'hono/aws-lambda'
import { createVerifier } from '../../shared/auth/verify.ts'
import { parseEnvironment, platformEnvironment } from '../../shared/config.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import { openTable } from '../../shared/table/table.ts'
import { createHubApp } from './app.ts'

const environment = parseEnvironment(
  platformEnvironment.pick({
    SLIPWAY_TABLE: true,
    SLIPWAY_BUCKET: true,
    SLIPWAY_ADMIN_KEY_SHA256: true,
    SLIPWAY_LOG_LEVEL: true,
  }),
  process.env,
)
const table = openTable({ tableName: environment.SLIPWAY_TABLE })

export const handler = handle(
  createHubApp({
    table,
    objects: createS3ObjectStore({ bucket: environment.SLIPWAY_BUCKET }),
    verify: createVerifier({ table, adminKeySha256: environment.SLIPWAY_ADMIN_KEY_SHA256 }),
    log: createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'hub' }),
    metrics: createMetrics(),
  }),
)

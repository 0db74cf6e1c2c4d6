import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDynamodb } from '../../infra/local/embedded-dynamodb.ts'
import { createLogger } from '../../shared/log.ts'

/** A DynamoDB server that the product did not start. */
export async function startDatabase(): Promise<{ endpoint: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-database-'))
  const log = createLogger({ level: 'silent' })
  const database = await startEmbeddedDynamodb({ databasePath: join(folder, 'dynamodb.sqlite'), log })
  return {
    endpoint: database.endpoint,
    async close() {
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { embeddedDynamodbPath } from '../../infra/local/embedded-dynamodb.ts'
import { createTable } from '../../shared/table/create-table.ts'
import { openScan, type TableScan } from '../../shared/table/scan.ts'
import { createSignedReads } from '../../shared/table/signed-reads.ts'
import { openTable, type Table } from '../../shared/table/table.ts'
import { freePort } from './free-port.ts'

export interface TestTable {
  table: Table
  /** Every item of the table, for tests that look for what should not be there. */
  scan(): Promise<Record<string, unknown>[]>
  /** The same page by page, as maintenance reads it. */
  pages: TableScan
  close(): Promise<void>
}

/**
 * An empty table: in memory, in a database process that ends with it, or under a random name in the database at
 * `SLIPWAY_DYNAMODB_ENDPOINT`.
 */
export async function startTable(): Promise<TestTable> {
  const database = await startDatabase(process.env.SLIPWAY_DYNAMODB_ENDPOINT)
  const { endpoint } = database
  const client = { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
  const tableName = `test-${randomUUID()}`
  await createTable({ tableName, client })
  const table = openTable({ tableName, client, createReads: createSignedReads })
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(client))
  return {
    table,
    pages: openScan({ tableName, client }),
    async scan() {
      const pages = paginateScan({ client: documents }, { TableName: tableName, ConsistentRead: true })
      return (await Array.fromAsync(pages)).flatMap(({ Items = [] }) => Items)
    },
    async close() {
      await documents.send(new DeleteTableCommand({ TableName: tableName }))
      documents.destroy()
      table.close()
      await database.close()
    },
  }
}

async function startDatabase(given: string | undefined) {
  if (given !== undefined) return { endpoint: given, close: () => Promise.resolve() }
  const port = await freePort()
  const database = spawn(embeddedDynamodbPath(process), ['--port', String(port)], { stdio: 'ignore' })
  const ended = once(database, 'exit')
  await listening(port)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      database.kill()
      await ended
    },
  }
}

/** The database does not announce that it is ready, so its port is polled. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`)
      return
    } catch (error) {
      if (attempt > 200) throw error
      await wait(10)
    }
  }
}

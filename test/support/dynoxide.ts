import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { createTable } from '../../shared/table/create-table.ts'
import { openTable, type Table } from '../../shared/table/table.ts'

const binary = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url))

export interface TestTable {
  table: Table
  /** Every item of the table, for tests that look for what should not be there. */
  scan(): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** An empty table of its own, in the memory of a database process that ends with it. */
export async function startTable(): Promise<TestTable> {
  const port = await freePort()
  const database = spawn(binary, ['--port', String(port)], { stdio: 'ignore' })
  const ended = once(database, 'exit')
  const client = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
  await listening(port)
  await createTable({ tableName: 'test', client })
  const table = openTable({ tableName: 'test', client })
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(client))
  return {
    table,
    async scan() {
      const pages = paginateScan({ client: documents }, { TableName: 'test', ConsistentRead: true })
      return (await Array.fromAsync(pages)).flatMap(({ Items = [] }) => Items)
    },
    async close() {
      documents.destroy()
      table.close()
      database.kill()
      await ended
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

/** The database says nothing when it is ready, so its port is asked until it answers. */
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

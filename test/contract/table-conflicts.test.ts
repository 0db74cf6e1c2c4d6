import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openTable } from '../../shared/table/table.ts'

describe('a write that conflicts with a transaction', () => {
  const conflict = { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException' }
  const cancelled = (...codes: string[]) => ({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: codes.map((Code) => ({ Code })),
  })
  const key = { pk: 'a', sk: 'a' }

  /** A database that answers with these refusals in order, and then accepts. */
  async function refusing(refusals: object[]) {
    let asked = 0
    const server = createServer((request, response) => {
      const refusal = refusals[asked++]
      request.resume().on('end', () => {
        response.writeHead(refusal === undefined ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' })
        response.end(JSON.stringify(refusal ?? {}))
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const pauses: number[] = []
    const client = {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'local',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }
    const patience = { pause: async (ms: number) => void pauses.push(ms), random: () => 0.5 }
    const opened = openTable({ tableName: 'test', client, patience })
    const close = () => {
      opened.close()
      server.close()
    }
    return { table: opened, pauses, asked: () => asked, [Symbol.dispose]: close }
  }

  it('is retried after growing delays', async () => {
    using database = await refusing([cancelled('None', 'TransactionConflict'), cancelled('TransactionConflict')])
    await database.table.transact([{ put: key }])
    expect(database.pauses).toEqual([20, 40])
  })

  it('is retried for a single item too', async () => {
    using database = await refusing([conflict, conflict, conflict])
    await database.table.put(key)
    expect(database.asked()).toBe(4)
  })

  it.each(['ThrottlingError', 'ProvisionedThroughputExceeded'])('is retried when cancelled by %s', async (code) => {
    using database = await refusing([cancelled('None', code), cancelled(code)])
    await database.table.transact([{ put: key }])
    expect(database.pauses).toEqual([20, 40])
  })

  it('gives up after a bounded number of tries', async () => {
    using database = await refusing(Array.from({ length: 50 }, () => cancelled('TransactionConflict')))
    await expect(database.table.transact([{ put: key }])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    })
    expect(database.asked()).toBe(8)
  })

  it('is not retried if a condition failed', async () => {
    using database = await refusing([cancelled('TransactionConflict', 'ConditionalCheckFailed')])
    await expect(database.table.transact([{ put: key }])).rejects.toMatchObject({ failed: [false, true] })
    expect(database.asked()).toBe(1)
  })
})

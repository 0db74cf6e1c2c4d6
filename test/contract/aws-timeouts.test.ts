import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { awsTimeouts } from '../../shared/aws-timeouts.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import { createSqsQueue } from '../../shared/queue/sqs-queue.ts'
import { createSignedReads } from '../../shared/table/signed-reads.ts'
import { openTable } from '../../shared/table/table.ts'

/** Accepts every request and answers none, or sends only the beginning of a body. */
const server = createServer((request, response) => {
  if (request.url?.includes('beginning') !== true) return
  response.writeHead(200, { 'content-length': '1000', etag: '"x"' })
  response.write('beginning')
})
let client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  client = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials,
  }
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
/** Shorter than in production, to keep the test short. */
const soon = { requestTimeout: 100, socketTimeout: 100 }

it.each([
  ['by the SDK', undefined],
  ['by signed reads', createSignedReads],
])('gives up %s on a database that does not answer', async (_, createReads) => {
  const requestHandler = { ...awsTimeouts.table, ...soon }
  const of = { ...client, maxAttempts: 2, requestHandler }
  const table = openTable({ tableName: 'test', client: of, ...(createReads && { createReads }) })
  await expect(table.get({ pk: 'a', sk: 'a' })).rejects.toMatchObject({ name: 'TimeoutError' })
  table.close()
})

it('waits for a database as long as the default timeout says', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const table = openTable({ tableName: 'test', client: { ...client, maxAttempts: 1 } })
  const asked = once(server, 'request')
  let isOver = false
  const answer = table.get({ pk: 'a', sk: 'a' }).finally(() => {
    isOver = true
  })
  answer.catch(() => {})
  await asked
  await vi.advanceTimersByTimeAsync(awsTimeouts.table.requestTimeout - 1)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
  table.close()
})

it('gives up on a queue that does not answer', async () => {
  const requestHandler = { ...awsTimeouts.queue, ...soon }
  const queueUrl = `${client.endpoint}/queue`
  const queue = createSqsQueue({ queueUrl, client: { ...client, maxAttempts: 1, requestHandler } })
  await expect(queue.send({ message: 'x' })).rejects.toMatchObject({ name: 'TimeoutError' })
})

it('gives up on a store that does not answer, or stops in the middle of a body', async () => {
  const requestHandler = { ...awsTimeouts.objects, socketTimeout: 100 }
  const options = { ...client, forcePathStyle: true, maxAttempts: 1, requestHandler }
  const objects = createS3ObjectStore({ bucket: 'b', client: options })
  await expect(objects.head({ key: 'x' })).rejects.toMatchObject({ name: 'TimeoutError' })
  const { body } = await objects.get({ key: 'beginning' })
  await expect(buffer(body)).rejects.toMatchObject({ name: 'TimeoutError' })
})

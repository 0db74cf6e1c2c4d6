import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createLogger } from '../../shared/log.ts'
import { receivesMax } from '../../shared/queue/queue.ts'
import { createSqsComeBack } from '../../shared/queue/sqs-come-back.ts'
import { handleSqsRecords } from '../../shared/queue/sqs-records.ts'

let asked: { target: unknown; body: unknown }[]
let status = 200
const server = createServer(async (request, response) => {
  asked.push({ target: request.headers['x-amz-target'], body: JSON.parse(await text(request)) })
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end('{}')
})
let queueUrl: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  queueUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/queue`
})
beforeEach(() => {
  asked = []
  status = 200
})
afterAll(() => server.close())

/** The answer to Lambda for messages with these receive counts; those that say "bad" fail. */
function handle(...messages: { body: string; receiveCount: number }[]) {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const endpoint = new URL(queueUrl).origin
  const client = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  const Records = messages.map(({ body, receiveCount }, at) => ({
    messageId: `m${at}`,
    receiptHandle: `r${at}`,
    body: JSON.stringify(body),
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }))
  const handler = async (message: unknown) => {
    if (message === 'bad') throw new Error('no')
  }
  const comeBack = createSqsComeBack({ queueUrl, client })
  const log = createLogger({ level: 'silent' })
  return handleSqsRecords({ Records }, { handler, comeBack, signal: new AbortController().signal, log })
}

it('a failed message, and no other, is redelivered after a growing delay, long before its visibility timeout', async () => {
  const bad = [1, 2, 3, 4].map((receiveCount) => ({ body: 'bad', receiveCount }))
  const { batchItemFailures } = await handle({ body: 'good', receiveCount: 1 }, ...bad)
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m1', 'm2', 'm3', 'm4'])
  const seconds = [60, 240, 960, 3840]
  expect(asked).toEqual(
    seconds.map((VisibilityTimeout, at) => ({
      target: 'AmazonSQS.ChangeMessageVisibility',
      body: { QueueUrl: queueUrl, ReceiptHandle: `r${at + 1}`, VisibilityTimeout },
    })),
  )
})

it('a message that failed for the last time becomes a dead letter at once, which raises an alarm', async () => {
  await handle({ body: 'bad', receiveCount: receivesMax - 1 }, { body: 'bad', receiveCount: receivesMax })
  expect(asked.map(({ body }) => body)).toMatchObject([{ VisibilityTimeout: 3840 }, { VisibilityTimeout: 0 }])
})

it('a failed message is redelivered even if its delay cannot be set', async () => {
  status = 500
  const { batchItemFailures } = await handle({ body: 'bad', receiveCount: 1 }, { body: 'bad', receiveCount: 1 })
  expect(batchItemFailures).toHaveLength(2)
})

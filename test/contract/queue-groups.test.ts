import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LocalQueue } from '../../shared/queue/local-queue.ts'
import { createSqsQueue } from '../../shared/queue/sqs-queue.ts'

const groupOf = (message: string) => message.split(' ')[0] ?? ''
const many = (group: string, count: number) => Array.from({ length: count }, (_, at) => `${group} ${at}`)
const options = { name: 'test', visibilityTimeoutMs: 60_000, maxReceiveCount: 3, groupOf }

describe('message groups of the local queue', () => {
  it('take turns, whatever was sent first', async () => {
    const queue = new LocalQueue<string>({ ...options, concurrency: 1 })
    const received: string[] = []
    await queue.sendMany({ messages: [...many('large', 4), ...many('small', 2), 'one 0'] })
    queue.consume(async (message) => void received.push(message))
    await queue.idle()
    expect(received).toEqual(['large 0', 'small 0', 'one 0', 'large 1', 'small 1', 'large 2', 'large 3'])
  })

  it('go first if they have the fewest messages in progress', async () => {
    const { queue, received, end } = held({ concurrency: 4 })
    await queue.sendMany({ messages: many('large', 6) })
    await expect.poll(() => received).toHaveLength(4)
    await queue.sendMany({ messages: ['small 0', 'small 1', 'one 0'] })
    for (const message of ['large 0', 'large 1', 'large 2']) await end(message)
    expect(received.slice(4)).toEqual(['small 0', 'one 0', 'large 4'])
  })

  it('keep room for a group with nothing in progress, and for no other', async () => {
    const { queue, received, end } = held({ concurrency: 4, keptForOthers: 2 })
    await queue.sendMany({ messages: many('large', 6) })
    await expect.poll(() => received).toEqual(['large 0', 'large 1'])
    await queue.sendMany({ messages: many('small', 3) })
    await queue.send({ message: 'one 0' })
    await expect.poll(() => received.slice(2)).toEqual(['small 0', 'one 0'])
    await end('small 0')
    expect(received.slice(4)).toEqual(['small 1'])
  })

  it('return to their group when they fail', async () => {
    const queue = new LocalQueue<string>({ ...options, concurrency: 3, keptForOthers: 1 })
    const received: number[] = []
    let inHand = 0
    let most = 0
    queue.consume(async (_, { receiveCount }) => {
      received.push(receiveCount)
      most = Math.max(most, ++inHand)
      await new Promise(setImmediate)
      inHand--
      if (receiveCount === 1) throw new Error('no')
    })
    await queue.sendMany({ messages: many('a', 6) })
    await queue.idle()
    expect(received.toSorted()).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    expect(most).toBe(2)
  })
})

/** A queue whose messages are in progress until `end` is called for them. */
function held(more: { concurrency: number; keptForOthers?: number }) {
  const queue = new LocalQueue<string>({ ...options, ...more })
  const received: string[] = []
  const ends = new Map<string, () => void>()
  queue.consume((message) => {
    received.push(message)
    return new Promise((resolve) => ends.set(message, resolve))
  })
  const end = async (message: string) => {
    ends.get(message)?.()
    await new Promise(setImmediate)
  }
  onTestFinished(() => {
    for (const resolve of ends.values()) resolve()
  })
  return { queue, received, end }
}

it('sends the group of each message to SQS, in single and batch sends', async () => {
  const asked: unknown[] = []
  const server = createServer(async (request, response) => {
    asked.push(await json(request))
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    md5: false as const,
  }
  const queue = createSqsQueue<string>({ queueUrl: `${endpoint}/queue`, groupOf, client })
  await queue.send({ message: 'one 0' })
  await queue.sendMany({ messages: ['one 1', 'two 0'] })
  expect(asked).toMatchObject([
    { MessageGroupId: 'one' },
    { Entries: [{ MessageGroupId: 'one' }, { MessageGroupId: 'two' }] },
  ])
})

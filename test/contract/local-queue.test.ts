import { setImmediate as aTurn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { LocalQueue } from '../../shared/queue/local-queue.ts'
import { queueSuite, suiteReceivesMax, suiteVisibilityMs } from './queue.ts'

const options = {
  name: 'test',
  visibilityTimeoutMs: suiteVisibilityMs,
  maxReceiveCount: suiteReceivesMax,
  concurrency: 4,
}

queueSuite('the local queue', async () => {
  const queue = new LocalQueue<unknown>(options)
  return {
    queue,
    consume: (handler) => queue.consume(handler),
    deadLetters: async () => queue.deadLetters,
    close: () => queue.close(),
  }
})

it('delivers every message twice if configured to', async () => {
  const queue = new LocalQueue<string>({ ...options, deliverTwice: true })
  const received: string[] = []
  queue.consume(async (message) => void received.push(message))
  await queue.sendMany({ messages: ['a', 'b'] })
  await queue.idle()
  expect(received.toSorted()).toEqual(['a', 'a', 'b', 'b'])
})

it('handles as many messages at once as its concurrency and no more', async () => {
  const queue = new LocalQueue<number>(options)
  let running = 0
  let most = 0
  const full = Promise.withResolvers<void>()
  queue.consume(async () => {
    most = Math.max(most, ++running)
    if (running === options.concurrency) full.resolve()
    await full.promise
    await aTurn()
    running--
  })
  await queue.sendMany({ messages: Array.from({ length: 30 }, (_, at) => at) })
  await queue.idle()
  expect(most).toBe(options.concurrency)
})

it('delivers nothing after it is closed, aborts running handlers and waits for them', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const queue = new LocalQueue<string>({ ...options, concurrency: 1 })
  const received: string[] = []
  const begun = Promise.withResolvers<void>()
  let ended = false
  queue.consume(async (message, { signal }) => {
    received.push(message)
    begun.resolve()
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    await queue.send({ message: 'sent while closing' })
    ended = true
    throw new Error('stopped')
  })
  await queue.sendMany({ messages: ['running', 'waiting'] })
  await queue.send({ message: 'delayed', delaySeconds: 1 })
  await begun.promise
  await queue.close()
  expect(ended).toBe(true)
  await vi.advanceTimersByTimeAsync(suiteVisibilityMs * 10)
  expect(received).toEqual(['running'])
})

it('accepts only one consumer', () => {
  const queue = new LocalQueue<string>(options)
  queue.consume(async () => {})
  expect(() => queue.consume(async () => {})).toThrow('has a consumer already')
})

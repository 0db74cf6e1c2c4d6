import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageHandler, Queue } from '../../shared/queue/queue.ts'
import { eventually } from '../support/eventually.ts'

export interface TestQueue {
  queue: Queue<unknown>
  consume(handler: MessageHandler<unknown>): void
  deadLetters(): Promise<unknown[]>
  close(): Promise<void>
}

/** The settings of every queue in the suite. */
export const suiteVisibilityMs = 1000
export const suiteReceivesMax = 3

/** What every queue guarantees, whatever carries its messages. */
export function queueSuite(name: string, start: () => Promise<TestQueue>) {
  describe(`messages of ${name}`, () => {
    let test: TestQueue
    const received: unknown[] = []
    const seen = (enough: (messages: unknown[]) => boolean) => eventually(async () => received, enough)

    beforeEach(async () => {
      received.length = 0
      test = await start()
    })
    afterEach(() => test.close())

    it('arrive once each, also in batches', async () => {
      test.consume(async (message) => void received.push(message))
      await test.queue.send({ message: { number: 0 } })
      await test.queue.sendMany({ messages: Array.from({ length: 25 }, (_, at) => ({ number: at + 1 })) })
      await test.queue.sendMany({ messages: [] })
      await seen((messages) => messages.length >= 26)
      const numbers = received.map((message) => (message as { number: number }).number).toSorted((a, b) => a - b)
      expect(numbers).toEqual(Array.from({ length: 26 }, (_, at) => at))
    })

    it('are serialised as JSON when they are sent', async () => {
      const message: Record<string, unknown> = { text: 'ü\u{1f600}\n', nothing: undefined, at: new Date(0), list: [1] }
      await test.queue.send({ message })
      message.text = 'changed afterwards'
      test.consume(async (delivered) => void received.push(delivered))
      await seen((messages) => messages.length > 0)
      expect(received).toStrictEqual([{ text: 'ü\u{1f600}\n', at: '1970-01-01T00:00:00.000Z', list: [1] }])
    })

    it('are redelivered with a count when their handler fails, and end up as dead letters', async () => {
      test.consume(async (message, { receiveCount }) => {
        received.push(receiveCount)
        throw new Error(`no: ${JSON.stringify(message)}`)
      })
      await test.queue.send({ message: { bad: true } })
      await eventually(test.deadLetters, (letters) => letters.length > 0)
      expect(received).toEqual([1, 2, 3])
      expect(await test.deadLetters()).toEqual([{ bad: true }])
    })

    it('are not held up by one that fails', async () => {
      test.consume(async (message) => {
        if (message === 'bad') throw new Error('no')
        received.push(message)
      })
      await test.queue.sendMany({ messages: ['bad', 'a', 'b'] })
      await seen((messages) => messages.length === 2)
      expect(received.toSorted()).toEqual(['a', 'b'])
    })

    it('wait for their delay', async () => {
      let lateAtMs = 0
      test.consume(async (message) => {
        if (message === 'late') lateAtMs = performance.now()
        received.push(message)
      })
      const sentAtMs = performance.now()
      await test.queue.send({ message: 'late', delaySeconds: 1 })
      await test.queue.send({ message: 'soon' })
      await seen((messages) => messages.length > 1)
      expect(received.toSorted()).toEqual(['late', 'soon'])
      // Timers are rounded to whole milliseconds.
      expect(lateAtMs - sentAtMs).toBeGreaterThan(998)
    })

    it('are redelivered while a handler exceeds the visibility timeout', async () => {
      const again = Promise.withResolvers<void>()
      test.consume(async (_, { receiveCount }) => {
        received.push(receiveCount)
        if (receiveCount === 1) await again.promise
        else again.resolve()
      })
      await test.queue.send({ message: 'slow' })
      await seen((messages) => messages.length > 1)
      expect(received).toEqual([1, 2])
    })
  })
}

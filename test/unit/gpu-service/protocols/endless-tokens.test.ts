import { expect, it, onTestFinished } from 'vitest'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

it('/tokenize refuses millions of tokens as soon as it counts too many, and keeps the event loop free meanwhile', async () => {
  const host = await startTestServing([await embedderModel('one')])
  onTestFinished(() => host.close())
  const tokenize = async (count: number) => {
    let isAnswered = false
    const asked = host.ask('/tokenize', { json: { inputs: '.'.repeat(count) } }).finally(() => {
      isAnswered = true
    })
    const turnsMs: number[] = []
    while (!isAnswered) {
      // CPU time of the thread, so that a busy machine makes no turn long.
      const before = process.threadCpuUsage()
      await new Promise((resolve) => setImmediate(resolve))
      const { user, system } = process.threadCpuUsage(before)
      turnsMs.push((user + system) / 1000)
    }
    const answer = await asked
    const totalMs = turnsMs.reduce((total, turnMs) => total + turnMs, 0)
    return { status: answer.status, body: await answer.json(), longestMs: Math.max(...turnsMs), totalMs }
  }
  // Together with the two special tokens, exactly the limit.
  const told = await tokenize(99_998)
  expect(told.status).toBe(200)
  expect((told.body as unknown[][])[0]).toHaveLength(100_000)
  const refused = await tokenize(4_000_000)
  expect(refused).toMatchObject({ status: 422, body: { error: expect.stringContaining('the limit is 100000') } })
  expect(Math.max(told.longestMs, refused.longestMs)).toBeLessThan(200)
  expect(refused.totalMs).toBeLessThan(3 * told.totalMs)
})

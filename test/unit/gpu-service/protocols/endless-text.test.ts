import { expect, it, onTestFinished } from 'vitest'
import { minilmInt8, realFiles } from '../../../support/real-models.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestModel } from '../support/test-serving.ts'

const models: [string, () => Promise<TestModel | undefined>][] = [
  ['the tiny embedder', () => embedderModel('one')],
  [
    'MiniLM',
    async () =>
      minilmInt8 && { ...minilmInt8, name: 'one', task: 'feature-extraction', files: await realFiles(minilmInt8) },
  ],
]

it.for(models)(
  'keeps the event loop free, in turns of less than 200 ms, while %s is sent 4 MB without a space',
  async ([_name, model], { skip }) => {
    const given = await model()
    if (given === undefined) return skip('its files are not here')
    const host = await startTestServing([given])
    onTestFinished(() => host.close())
    for (const text of ['a'.repeat(4_000_000), 'אבגד'.repeat(500_000), 'a\u200d'.repeat(1_000_000)]) {
      let isAnswered = false
      const asked = host.ask('/v1/embeddings', { json: { model: 'one', input: text } }).finally(() => {
        isAnswered = true
      })
      const turnsMs: number[] = []
      while (!isAnswered) {
        // CPU time of the thread, so that a busy machine makes no turn long.
        const before = process.threadCpuUsage()
        await new Promise((resolve) => setImmediate(resolve))
        expect((await host.ask('/health')).status).toBe(200)
        const { user, system } = process.threadCpuUsage(before)
        turnsMs.push((user + system) / 1000)
      }
      expect((await asked).status).toBe(200)
      expect(Math.max(...turnsMs)).toBeLessThan(200)
    }
  },
)

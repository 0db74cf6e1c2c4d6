import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { getDeployment } from '../../../../shared/table/deployments.ts'
import { deployTargets, publishTarget, wholePass } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

const slow = { timeout: 60_000 }
const text = JSON.stringify({ inputs: [[5.1, 3.5, 1.4, 0.2]] })
const sentAtOnce = () => text
const sentSlowly = () =>
  new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from(text.slice(0, 5)))
      await pause(1500)
      controller.enqueue(Buffer.from(text.slice(5)))
      controller.close()
    },
  })

it('a canary is not blamed for callers who send slowly', async () => {
  const host = await startTestServing([])
  onTestFinished(() => host.close())
  const [stable, canary] = [
    await publishTarget(host, { ...(await irisModel()), ref: 'v1' }, { weight: 50 }),
    await publishTarget(host, { ...(await irisModel()), ref: 'v2' }, { weight: 50 }),
  ]
  const rule = { maxLatencyRatio: 100, minRequests: 5, windowSeconds: 600 }
  await deployTargets(host, { name: 'guarded', targets: [stable, canary], canary: rule })
  const ask = (session: string, body: () => string | ReadableStream) =>
    host.ask('/api/v1/predict/guarded', {
      ...{ method: 'POST', body: body(), duplex: 'half' },
      headers: { 'content-type': 'application/json', 'x-session-id': session },
    } as RequestInit)
  await expect.poll(async () => (await ask('any', sentAtOnce)).status, slow).toBe(200)
  let sessions = 0
  const sessionOf = async ({ revision }: { revision: string }) => {
    const answeredBy = async () => (await ask(`${++sessions}`, sentAtOnce)).headers.get('x-model-revision')
    await expect.poll(answeredBy, { ...slow, interval: 5 }).toBe(revision)
    return `${sessions}`
  }
  // Until the canary is loaded, the stable target answers for it.
  const guarded = await sessionOf(canary)
  const usual = await sessionOf(stable)
  for (let at = 0; at < 200; at++) await ask(usual, sentAtOnce)
  const slowly = await Promise.all(Array.from({ length: 20 }, () => ask(guarded, sentSlowly)))
  expect(new Set(slowly.map(({ status }) => status))).toEqual(new Set([200]))
  await wholePass(host, stable)
  expect((await getDeployment(host.table, 'guarded'))?.targets?.[1]?.rolledBack).toBeUndefined()
})

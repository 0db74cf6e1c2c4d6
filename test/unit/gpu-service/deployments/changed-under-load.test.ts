import { readdirSync, readlinkSync } from 'node:fs'
import { relative } from 'node:path'
import { setImmediate as aTurn } from 'node:timers/promises'
import { queryObjects } from 'node:v8'
import { expect, it, onTestFinished } from 'vitest'
import { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import { GatedQueue } from '../../../../gpu-service/models/gated-queue.ts'
import { ResidentModel } from '../../../../gpu-service/models/resident-model.ts'
import { deleteDeployment } from '../../../../shared/table/deployment-deletion.ts'
import { changeDeployment, type DeploymentItem, getDeployment } from '../../../../shared/table/deployments.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

/** For a machine that is busy with other work. */
const slow = { timeout: 60_000 }
const json = { inputs: 'the sun shines on the sea' }
const soon = { ...slow, interval: 5 }
const changesMin = 60
const clientCount = 16

/** Counts the parts of deployments that are still reachable after garbage collection. */
const leftInMemory = () =>
  [Batcher, GatedQueue, ResidentModel].map((made) => [made.name, queryObjects(made, { format: 'count' })])

const heldFiles = (cacheDir: string) =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(cacheDir) ? [relative(cacheDir, path)] : []
    } catch {
      return []
    }
  })

/** Three revisions of one repo that answer differently: by mean, first-token and max pooling. */
async function startChanging() {
  const host = await startTestServing([], { waitMsMax: 30_000 })
  onTestFinished(() => host.close())
  const model = await embedderModel()
  const targets = []
  for (const mode of ['mean', 'cls', 'max']) {
    const pooling = { word_embedding_dimension: 16, [`pooling_mode_${mode}_token${mode === 'cls' ? '' : 's'}`]: true }
    const files = { ...model.files, '1_Pooling/config.json': Buffer.from(JSON.stringify(pooling)) }
    targets.push(await publishTarget(host, { ...model, files }, { ref: mode }))
  }
  const [first, second, third] = targets
  if (first === undefined || second === undefined || third === undefined) throw new Error('there are three targets')
  const answerOf = new Map<string, string>()
  const ask = (name: string) => host.ask(`/api/v1/predict/${name}`, { json })
  for (const target of targets) {
    const item = await deployTargets(host, { name: target.ref, targets: [target] })
    await expect.poll(async () => (await ask(target.ref)).status, slow).toBe(200)
    answerOf.set(target.revision, await (await ask(target.ref)).text())
    await deleteDeployment(host.table, item)
  }
  expect(new Set(answerOf.values()).size).toBe(3)
  await deployTargets(host, { name: 'moving', targets: [first] })
  await expect.poll(async () => (await ask('moving')).status, slow).toBe(200)
  return { host, targets: [first, second, third] as const, answerOf, ask: () => ask('moving') }
}

it('a deployment changed in every way under load drops no request, gives no wrong answer and leaks nothing', async () => {
  const { host, targets, answerOf, ask } = await startChanging()
  const [first, second, third] = targets
  const seen: string[] = []
  let answeredBy: string | null = null
  let isOver = false
  const client = async () => {
    while (!isOver) {
      // Over a socket, even a cached answer takes a turn of the event loop.
      await aTurn()
      const answer = await ask()
      answeredBy = answer.headers.get('x-model-revision')
      const isRight = (await answer.text()) === answerOf.get(answeredBy ?? '')
      seen.push(answer.status === 200 && !isRight ? 'a wrong answer' : String(answer.status))
    }
  }
  const clients = Promise.all(Array.from({ length: clientCount }, client))
  const to = (...wanted: (typeof first)[]): Partial<DeploymentItem> => ({ ...wanted[0], targets: wanted })
  const changes: Partial<DeploymentItem>[] = [
    to(second),
    to({ ...second, weight: 0 }, first, third),
    { shadow: { target: second, percent: 100 } },
    { isolate: 'always' },
    { canary: { maxErrorRate: 0.1, maxLatencyRatio: 100, minRequests: 5, windowSeconds: 1 } },
    { resultCache: { entries: 10 } },
    to({ ...first, weight: 90 }, { ...second, weight: 10 }),
    { shadow: undefined, isolate: undefined },
    to({ ...first, weight: 0 }, { ...second, weight: 0 }, third),
    { limits: { requestsPerSecond: 1e6, tokensPerMinute: 1e9, requestsPerDay: 1e9 } },
    { min: 0, idleSeconds: 1, canary: undefined },
    { limits: undefined, resultCache: undefined, ...to(first) },
    { min: 1 },
  ]
  for (let change = 0; change < changesMin; change++) {
    const next = changes[change % changes.length]
    const changed = await changeDeployment(host.table, 'moving', (item) => ({ ...item, ...next }))
    // Some changes are undone before anything of them is loaded, some during the load, and some once all of it serves.
    const answered = seen.length + (change % 4) * clientCount
    await expect.poll(() => seen.length, soon).toBeGreaterThanOrEqual(answered)
    if (change % 4 === 3)
      await expect.poll(() => answeredBy, soon).toBeOneOf(changed?.targets?.map(({ revision }) => revision) ?? [])
  }
  isOver = true
  await clients
  expect(seen.filter((what) => what !== '200')).toEqual([])
  const item = await getDeployment(host.table, 'moving')
  if (item !== undefined) await deleteDeployment(host.table, item)
  await expect.poll(() => host.metrics.registry.metrics(), slow).toContain('models_resident 0')
  await expect.poll(() => host.metrics.registry.metrics(), slow).not.toMatch(/(?:deployment|model)="moving/)
  // The lock of a process that writes to the folder, held as long as it lives.
  await expect.poll(() => heldFiles(host.cacheDir), slow).toEqual(['locks/writers.lock'])
  await expect.poll(() => leftInMemory().filter(([, count]) => count !== 0), slow).toEqual([])
})

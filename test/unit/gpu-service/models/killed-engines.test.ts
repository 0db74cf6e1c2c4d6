import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { enginePids } from '../support/engine-pids.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

/** For a machine that is busy with other work. */
const slow = { timeout: 60_000 }
const clients = 16

/** Sixteen clients of several models, each of which asks again as soon as it is answered. */
async function startAsked({ min, modelMemoryMaxBytes }: { min: number; modelMemoryMaxBytes?: number }) {
  const host = await startTestServing([], { waitMsMax: 30_000, ...(modelMemoryMaxBytes && { modelMemoryMaxBytes }) })
  const names = ['a', 'b', 'c', 'd']
  for (const name of names)
    await deployTargets(host, { name, targets: [await publishTarget(host, await embedderModel())], min })
  const ask = (name: string, text: string) => host.ask(`/api/v1/predict/${name}`, { json: { inputs: text } })
  for (const name of names) await expect.poll(async () => (await ask(name, '')).status, slow).toBe(200)
  const seen: string[] = []
  let isOver = false
  const client = async (index: number) => {
    for (let round = 0; !isOver; round++) {
      const answer = await ask(names[index % names.length] ?? '', `the sun shines ${index} ${round}`)
      const { code } = (await answer.json()) as { code?: string }
      const isNamed = code === 'model_not_ready' && Number(answer.headers.get('retry-after')) > 0
      seen.push(answer.status === 503 && isNamed ? 'told to come again' : String(answer.status))
      if (answer.status !== 200) await wait(20)
    }
  }
  const ended = Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  onTestFinished(async () => {
    isOver = true
    await ended
    await host.close()
  })
  return { host, names, ask, seen }
}

/** Kills the engines one by one, each after the previous one was replaced and clients were answered. */
async function killInTurn({ times, seen }: { times: number; seen: readonly string[] }) {
  const engineCount = enginePids().length
  for (let kill = 0; kill < times; kill++) {
    const pid = enginePids()[kill % engineCount]
    if (pid === undefined) throw new Error('there is no engine to kill')
    const before = seen.length
    process.kill(pid, 'SIGKILL')
    await expect
      .poll(enginePids, slow)
      .toSatisfy((pids: number[]) => pids.length === engineCount && !pids.includes(pid))
    await expect.poll(() => seen.length, slow).toBeGreaterThan(before + clients)
  }
}

it.skipIf(!existsSync('/proc/self/stat')).each([
  ['that it keeps', { min: 1 }],
  ['that take turns in memory for one of them', { min: 0, modelMemoryMaxBytes: 50_000 }],
])('loses no request for models %s while engines are killed again and again, and recovers', async (_which, how) => {
  const { host, names, ask, seen } = await startAsked(how)
  seen.length = 0
  await killInTurn({ times: 10, seen })
  await expect.poll(() => seen.slice(-2 * clients), slow).toEqual(Array(2 * clients).fill('200'))
  expect(new Set(seen)).toSatisfy((all: Set<string>) => all.isSubsetOf(new Set(['200', 'told to come again'])))
  const before = seen.length
  for (const name of names) expect((await ask(name, 'again')).status).toBe(200)
  await expect.poll(() => seen.length, slow).toBeGreaterThan(before + clients)
  expect(seen.slice(before).filter((what) => what !== '200')).toEqual([])
  expect(await host.metrics.registry.metrics()).toMatch(/errors_total\{code="engine_died"\} (?:[5-9]|10)\n/)
})

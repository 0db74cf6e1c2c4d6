import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.close())

const repo = 'acme/promoted'
const deployment = '/api/v1/deployments/promoted'
const made = async (answer: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await answer
  if (status >= 300) throw new Error(JSON.stringify(body))
  return body as Record<string, string>
}

/** Asks without pause until stopped, and records the status and revision of each answer. */
function keepAsking(clients: number) {
  const seen: { status: number; revision: string | null }[] = []
  let isOver = false
  const client = async () => {
    while (!isOver) {
      const { status, headers } = await target.api.post('/api/v1/predict/promoted', { inputs: [Array(64).fill(0)] })
      seen.push({ status, revision: headers.get('x-model-revision') })
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client))
  return {
    seen,
    answeredBy: () => seen.at(-1)?.revision,
    async stop() {
      isOver = true
      await running
    },
  }
}

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('a deployment of an alias', () => {
  it('follows the alias when it moves, and is changed and limited without dropping a request', async () => {
    expect(await target.api.pull('hf://acme/digits', { repo })).toMatchObject({ state: 'READY' })
    const first = (await made(target.api.get(`/api/v1/repos/${repo}`))).revision
    await target.hub?.addFile({ repo: 'acme/digits', file: { path: 'NOTES.md', content: 'new' } })
    expect(await target.api.pull('hf://acme/digits', { repo })).toMatchObject({ state: 'READY' })
    const second = (await made(target.api.get(`/api/v1/repos/${repo}`))).revision
    expect(second).not.toBe(first)
    await made(target.api.post(`/api/v1/repos/${repo}/aliases`, { name: 'champion', revision: first }))
    expect(await target.api.deploy(`${repo}@champion`, { name: 'promoted' })).toMatchObject({ state: 'READY' })

    const load = keepAsking(8)
    await expect.poll(load.answeredBy).toBe(first)
    await made(target.api.patch(`/api/v1/repos/${repo}/aliases/champion`, { revision: second }))
    await expect.poll(load.answeredBy).toBe(second)
    await made(target.api.patch(deployment, { target: `${repo}@${first}`, resultCache: { entries: 10 } }))
    await expect.poll(load.answeredBy).toBe(first)
    await made(target.api.patch(deployment, { min: 0, idleSeconds: 60, isolate: 'always' }))
    await expect.poll(async () => (await made(target.api.get(deployment))).drift).toEqual([])
    await expect.poll(() => load.seen.length, { timeout: 60_000 }).toBeGreaterThan(300)
    await load.stop()
    expect(load.seen.filter(({ status }) => status !== 200)).toEqual([])
    expect(new Set(load.seen.map(({ revision }) => revision))).toEqual(new Set([first, second]))
  })
})

import { describe, expect, it, onTestFinished } from 'vitest'
import { KnownRefs } from '../../../../gpu-service/deployments/known-refs.ts'
import type { RefOfRevision } from '../../../../gpu-service/deployments/ref-names.ts'
import { createLogger } from '../../../../shared/log.ts'
import { keys } from '../../../../shared/table/keys.ts'
import { repoIdOf } from '../../../support/publish.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
const commit = 'c'.repeat(40)

function start(refs: RefOfRevision[] = []) {
  const state = { nowMs: 0, refs, reads: [] as string[], isTableDown: false }
  const known = new KnownRefs({
    async *refsOf(repoId) {
      state.reads.push(repoId)
      if (state.isTableDown) throw new Error('the table does not answer')
      yield* state.refs
    },
    commitOf: async (_repoId, revision) => (revision === a ? commit : undefined),
    now: () => state.nowMs,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  return { state, known }
}

describe('the refs of a deployed revision', () => {
  it('include every alias, branch, tag, HEAD and commit by which the hub knows it', async () => {
    const { known } = start([
      { kind: 'alias', name: 'champion', revision: a },
      { kind: 'branch', name: 'main', revision: a },
      { kind: 'tag', name: 'v1', revision: a },
      { kind: 'tag', name: 'v2', revision: b },
    ])
    const item = { repoId: 'r', revision: a }
    await known.follow([item])
    const asked = ['champion', 'main', 'HEAD', 'refs/heads/main', 'v1', 'refs/tags/v1', commit]
    expect(asked.filter((ref) => !known.means(item, ref))).toEqual([])
    const others = ['v2', 'refs/heads/v1', 'refs/tags/main', 'absent', a.slice(0, 12), '']
    expect(others.filter((ref) => known.means(item, ref))).toEqual([])
  })

  it('resolve as on the hub if an alias and a tag share a name', async () => {
    const { known } = start([
      { kind: 'alias', name: 'best', revision: b },
      { kind: 'tag', name: 'best', revision: a },
    ])
    const item = { repoId: 'r', revision: a }
    await known.follow([item])
    expect(known.means(item, 'best')).toBe(false)
    expect(known.means(item, 'refs/tags/best')).toBe(true)
  })

  it('are read on deployment and twice a minute, a few repos at a time, and forgotten with the deployment', async () => {
    const { state, known } = start([{ kind: 'tag', name: 'v1', revision: a }])
    const items = Array.from({ length: 60 }, (_, index) => ({ repoId: `r${index}`, revision: a }))
    for (const read of [25, 50, 60, 60]) {
      await known.follow(items)
      expect(new Set(state.reads).size).toBe(read)
    }
    expect(state.reads).toHaveLength(60)
    state.nowMs += 30_000
    await known.follow(items.slice(0, 1))
    expect(state.reads).toHaveLength(61)
    expect(items.filter((item) => known.means(item, 'v1'))).toEqual([items[0]])
  })

  it('stay as they were while the table does not answer', async () => {
    const { state, known } = start([{ kind: 'tag', name: 'v1', revision: a }])
    const item = { repoId: 'r', revision: a }
    await known.follow([item])
    state.isTableDown = true
    state.nowMs += 60_000
    await known.follow([item])
    expect(known.means(item, 'v1')).toBe(true)
  })
})

it('a model is found by any ref of its deployed revision, and by no ref of another', async () => {
  const host = await startTestServing([])
  onTestFinished(() => host.close())
  const model = await irisModel()
  const target = await publishTarget(host, model)
  const { revision } = target
  const repoId = repoIdOf(model.repo)
  const tag = { kind: 'tag', updatedAt: new Date().toISOString() }
  await host.table.put({ ...keys.tag(repoId, 'v1'), ...tag, name: 'v1', revision })
  await host.table.put({ ...keys.tag(repoId, 'v0'), ...tag, name: 'v0', revision: b })
  await deployTargets(host, { name: 'iris', targets: [target] })
  const ask = async (ref: string) =>
    (await host.ask(`/models/${model.repo}@${ref}`, { json: { inputs: [[5.1, 3.5, 1.4, 0.2]] } })).status
  await expect.poll(() => ask('v1')).toBe(200)
  expect([await ask('main'), await ask('v0')]).toEqual([200, 404])
})

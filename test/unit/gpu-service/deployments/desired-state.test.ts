import { describe, expect, it } from 'vitest'
import { DesiredState } from '../../../../gpu-service/deployments/desired-state.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'

function start(pool = 'default') {
  const items: Partial<DeploymentItem>[] = []
  /** `behind` is what the index shows if it lags behind the table. */
  const state = { nowMs: 0, version: 1, items, behind: undefined as typeof items | undefined, lists: 0 }
  const desired = new DesiredState({
    version: async () => state.version,
    async *all() {
      state.lists++
      yield* (state.behind ?? state.items) as DeploymentItem[]
    },
    one: async (wanted) => (state.items as DeploymentItem[]).find(({ name }) => name === wanted),
    pool,
    now: () => state.nowMs,
  })
  const names = async () => [...(await desired.read()).keys()]
  return { state, desired, names }
}

describe('the desired state', () => {
  it('is listed on change and twice a minute, not at every look', async () => {
    const { state, desired } = start()
    for (; state.nowMs < 600_000; state.nowMs += 2000) await desired.read()
    expect(state.lists).toBeLessThanOrEqual(3 + 600 / 30)
  })

  it('is read again for a while after a change, because an index may lag', async () => {
    const { state, names } = start()
    expect(await names()).toEqual([])
    state.nowMs += 60_000
    expect(await names()).toEqual([])
    state.version++
    expect(await names()).toEqual([])
    state.items = [{ name: 'late' }]
    state.nowMs += 2000
    expect(await names()).toEqual(['late'])
  })

  it('is found even if nothing counted the change', async () => {
    const { state, names } = start()
    await names()
    state.nowMs += 10_000
    await names()
    state.items = [{ name: 'restored' }]
    expect(await names()).toEqual([])
    state.nowMs += 30_000
    expect(await names()).toEqual(['restored'])
  })

  it('keeps what a lagging index omits for a moment or shows in an old version', async () => {
    const { state, desired } = start()
    const made = { name: 'fresh', createdAt: '2026-01-02', version: 1 }
    const changed = { ...made, version: 2 }
    const shown = async (items: Partial<DeploymentItem>[]) => {
      state.behind = items
      state.nowMs += 1000
      return [...(await desired.read()).values()]
    }
    state.items = [changed]
    await desired.read()
    expect(await shown([])).toEqual([changed])
    expect(await shown([made])).toEqual([changed])
    expect(await shown([{ name: 'fresh', createdAt: '2026-01-01', version: 9 }])).toEqual([changed])
    state.items = []
    expect(await shown([changed])).toEqual([changed])
    expect(await shown([])).toEqual([])
  })

  it('includes only the deployments of its own pool; items without a pool belong to the default one', async () => {
    const items = [{ name: 'old' }, { name: 'gpu', pool: 'gpu' }, { name: 'here', pool: 'default' }]
    const [here, there] = [start(), start('gpu')]
    here.state.items = items
    there.state.items = items
    expect(await here.names()).toEqual(['old', 'here'])
    expect(await there.names()).toEqual(['gpu'])
  })
})

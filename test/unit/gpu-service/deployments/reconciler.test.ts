import { describe, expect, it } from 'vitest'
import { broken, deployment, other, revision, startReconciler } from '../support/test-reconciler.ts'

describe('the reconciler', () => {
  it('serves what the table asks for, and reports LOADING, then READY', async () => {
    const { state, pass, states, reports } = await startReconciler()
    state.desired = [deployment('iris')]
    await pass()
    expect(states()).toEqual([['iris', 'READY']])
    expect(reports.map(([name, status]) => [name, status.state, status.id, status.revision])).toEqual([
      ['iris', 'LOADING', 'replica-1', revision],
      ['iris', 'READY', 'replica-1', revision],
    ])
  })

  it('reports only on change, and every ten minutes if nothing changes', async () => {
    const { state, pass, reports } = await startReconciler()
    state.desired = [deployment('iris')]
    await pass()
    await pass()
    state.nowMs += 15_000
    await pass()
    expect(reports).toHaveLength(2)
    state.nowMs += 600_000
    await pass()
    expect(reports).toHaveLength(3)
  })

  it('stops serving what the table no longer asks for, and removes its report', async () => {
    const { state, pass, states, forgotten, unloads } = await startReconciler()
    state.desired = [deployment('iris')]
    await pass()
    state.desired = []
    await pass()
    expect(states()).toEqual([])
    expect(forgotten).toEqual(['iris'])
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('goes on if a report cannot be removed, and removes it once it can', async () => {
    const { state, pass, states, forgotten } = await startReconciler()
    state.desired = [deployment('old'), deployment('gone')]
    await pass()
    state.areReportsStuck = true
    state.desired = [deployment('new')]
    await pass()
    expect(states()).toEqual([['new', 'READY']])
    expect(forgotten).toEqual([])
    // One is deployed again before its report could be removed.
    state.desired = [deployment('new'), deployment('old')]
    await pass()
    state.areReportsStuck = false
    await pass()
    await pass()
    expect(forgotten).toEqual(['gone'])
  })

  it('releases a model only after the requests that hold it, however slow their input is', async () => {
    const { state, pass, reconciler, loads, unloads } = await startReconciler()
    for (const desired of [[deployment('iris')], [deployment('iris'), deployment('later', { revision: other })]]) {
      state.desired = desired
      await pass()
    }
    const holdOf = (name: string) => reconciler.deployments.get(name)?.served?.hold ?? failed()
    const [end, endOther, endLater] = [holdOf('iris')(), holdOf('iris')(), holdOf('later')()]
    state.desired = []
    await pass()
    // The second call is without effect: one request ends once.
    end()
    end()
    // The model released last is unloaded first, so nothing had released the other.
    endLater()
    await expect.poll(() => unloads).toHaveLength(1)
    expect(unloads).toEqual([loads[1]])
    endOther()
    await expect.poll(() => unloads).toEqual([loads[1], loads[0]])
  })

  it('loads a model once for two deployments, and keeps it until both are gone', async () => {
    const { state, pass, states, loads, unloads, metrics } = await startReconciler()
    state.desired = [deployment('one'), deployment('two')]
    await pass()
    expect(states()).toEqual([
      ['one', 'READY'],
      ['two', 'READY'],
    ])
    expect(loads).toHaveLength(1)
    for (const name of ['one', 'two'])
      expect(await metrics.registry.metrics()).toContain(`model_loading_duration_seconds_count{deployment="${name}"} 1`)
    state.desired = [deployment('two')]
    await pass()
    expect(unloads).toHaveLength(0)
    state.desired = []
    await pass()
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('keeps serving while the table does not answer', async () => {
    const { state, pass, states } = await startReconciler()
    state.desired = [deployment('iris')]
    await pass()
    state.isTableDown = true
    await expect(pass()).rejects.toThrow('does not answer')
    expect(states()).toEqual([['iris', 'READY']])
  })

  it('is ready once the first deployments are loaded or have failed by name', async () => {
    const { state, reconciler, states } = await startReconciler()
    state.desired = [deployment('iris'), deployment('bad', { revision: broken })]
    await reconciler.start()
    expect(states()).toEqual([
      ['iris', 'READY'],
      ['bad', 'FAILED'],
    ])
  })
})

function failed(): never {
  throw new Error('nothing is served')
}

import { describe, expect, it } from 'vitest'
import { aTurn, broken, deployment, other, revision, startReconciler } from '../support/test-reconciler.ts'

describe('a changed deployment', () => {
  it('is replaced by its new revision', async () => {
    const { state, pass, reconciler } = await startReconciler()
    state.desired = [deployment('iris', { revision: broken })]
    await pass()
    state.desired = [deployment('iris')]
    await pass()
    expect([...reconciler.deployments.values()].map(({ item, state: now }) => [item.revision, now])).toEqual([
      [revision, 'READY'],
    ])
  })

  it('answers with the old revision until the new one is loaded, and swaps without a gap', async () => {
    const { state, pass, reconciler, unloads, reports } = await startReconciler()
    state.desired = [deployment('iris', { revision: other })]
    await pass()
    const slotOf = () => reconciler.deployments.get('iris')
    state.desired = [deployment('iris')]
    const loads = await reconciler.pass()
    expect(reports.at(-1)?.[1]).toMatchObject({ revision, state: 'LOADING' })
    while ((await Promise.race([Promise.all(loads), aTurn()])) === undefined) {
      expect(slotOf()?.served).toBeDefined()
      expect(unloads).toEqual([])
    }
    expect(slotOf()).toMatchObject({ state: 'READY', item: { revision } })
    expect(reports.at(-1)?.[1]).toMatchObject({ revision, state: 'READY' })
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('keeps answering from a target that lost its weight until one of the new targets answers', async () => {
    const { state, pass, reconciler } = await startReconciler()
    const [old, next] = [deployment('iris'), deployment('iris', { revision: other })]
    state.desired = [old]
    await pass()
    state.desired = [{ ...old, targets: [{ ...old, weight: 0 }, next] }]
    const loads = await reconciler.pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision } })
    await Promise.all(loads)
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision: other } })
  })

  it('never answers from a rolled-back target, even if no other can answer yet', async () => {
    const { state, pass, reconciler } = await startReconciler()
    const [first, canary] = [deployment('iris', { revision: broken }), deployment('iris', { revision: other })]
    state.desired = [{ ...first, targets: [first, canary] }]
    await pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision: other } })
    const rolledBack = { at: '', by: '', reason: '', weight: 1 }
    state.desired = [{ ...first, targets: [first, { ...canary, rolledBack }] }]
    await pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toBeUndefined()
  })

  it('never answers for a new deployment of the same name with the model of the deleted one', async () => {
    const { state, pass, reconciler, unloads } = await startReconciler()
    state.desired = [deployment('iris')]
    await pass()
    state.desired = [deployment('iris', { revision: other, owner: 'else', createdAt: '2026-11-21T00:00:00.000Z' })]
    const loads = await reconciler.pass()
    expect(reconciler.deployments.get('iris')).toMatchObject({ state: 'LOADING', item: { owner: 'else' } })
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toBeUndefined()
    await Promise.all(loads)
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision: other } })
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('keeps the old revision if the new one cannot be loaded, and reports why', async () => {
    const { state, pass, reconciler, reports } = await startReconciler()
    state.desired = [deployment('iris')]
    await pass()
    state.desired = [deployment('iris', { revision: broken })]
    await pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({
      state: { is: 'READY' },
      item: { revision },
    })
    const failed = { revision: broken, state: 'FAILED', reason: expect.stringContaining('not an ONNX model') }
    expect(reports.at(-1)?.[1]).toMatchObject(failed)
    state.desired = [deployment('iris')]
    await pass()
    expect(reports.at(-1)?.[1]).toMatchObject({ revision, state: 'READY' })
  })
})

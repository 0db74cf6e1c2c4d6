import { describe, expect, it } from 'vitest'
import { ModelLost } from '../../../../gpu-service/engine/engine.ts'
import { modelIdOf } from '../../../../gpu-service/models/graph-id.ts'
import { broken, deployment, other, revision, startReconciler } from '../support/test-reconciler.ts'

describe('a model that cannot be loaded', () => {
  it('is reported with the reason, and retried only after growing pauses', async () => {
    const { state, pass, reconciler, reports } = await startReconciler()
    state.desired = [deployment('bad', { revision: broken }), deployment('good')]
    await pass()
    const slot = () => reconciler.deployments.get('bad')
    expect(slot()).toMatchObject({ state: 'FAILED', reason: expect.stringContaining('"model.onnx"') })
    expect(reports.filter(([name]) => name === 'bad').at(-1)?.[1].reason).toContain('not an ONNX model')
    const attempts: number[] = []
    for (let second = 1; second <= 16; second++) {
      state.nowMs += 1000
      const loads = await reconciler.pass()
      if (loads.length > 0) attempts.push(second)
      await Promise.all(loads)
    }
    expect(attempts).toEqual([1, 3, 7, 15])
  })

  it('is not retried early, whichever deployment asks for it and whatever was served meanwhile', async () => {
    const { state, pass, reconciler, loads } = await startReconciler()
    const fatal = [deployment('one', { revision: other }), deployment('two', { revision: other })]
    const attempts = async () => {
      const before = loads.length
      await pass()
      return loads.length - before
    }
    state.isFatal = true
    state.desired = fatal
    // An engine killed from outside during a load is not the fault of the file, so the next engine tries it too.
    expect(await attempts()).toBe(2)
    state.nowMs += 1000
    expect(await attempts()).toBe(2)
    state.isFatal = false
    state.desired = [deployment('one')]
    await pass()
    state.desired = [...fatal, deployment('three', { revision: other })]
    expect(await attempts()).toBe(0)
    expect(reconciler.deployments.get('one')?.choose(undefined)).toMatchObject({
      state: { is: 'READY' },
      item: { revision },
    })
    const failed = { state: 'FAILED', reason: expect.stringContaining('the engine died') }
    for (const name of ['two', 'three']) expect(reconciler.deployments.get(name)).toMatchObject(failed)
    state.nowMs += 2000
    await pass()
    for (const name of ['one', 'two', 'three'])
      expect(reconciler.deployments.get(name)).toMatchObject({ state: 'READY', item: { revision: other } })
  })

  it('is retried on demand only after growing pauses, however often it is requested', async () => {
    const { state, pass, reconciler, loads } = await startReconciler()
    state.desired = [deployment('sleeping', { min: 0 })]
    state.isFatal = true
    const ask = async () => {
      const served = reconciler.deployments.get('sleeping')?.served
      if (served === undefined) throw new Error('it is not served')
      const { signal } = new AbortController()
      await served.service.pipeline({ inputs: [[5.1, 3.5, 1.4, 0.2]], parameters: {}, options: { signal } })
    }
    const attempts: number[] = []
    for (let second = 0; second <= 16; second++) {
      await pass()
      const before = loads.length
      await ask().catch(() => {})
      if (loads.length > before) attempts.push(second)
      state.nowMs += 1000
    }
    expect(attempts).toEqual([0, 1, 3, 7, 15])
    state.isFatal = false
    state.nowMs += 16_000
    await pass()
    await ask()
    const [modelId] = loads.slice(-1).map(modelIdOf)
    state.isFatal = true
    reconciler.lose({ modelId: modelId ?? '', error: new ModelLost('an engine died') })
    await pass()
    await expect(ask()).rejects.toThrow()
    state.isFatal = false
    state.nowMs += 1000
    await pass()
    await ask()
  })

  it('is loaded again after an engine lost it, with the reason shown meanwhile and the lost copy released', async () => {
    const { state, pass, reconciler, states, loads, unloads } = await startReconciler()
    state.desired = [deployment('one'), deployment('two')]
    await pass()
    const [id = ''] = loads
    const modelId = modelIdOf(id)
    reconciler.lose({ modelId, error: new ModelLost('the file is gone') })
    expect([...reconciler.deployments.values()].map((slot) => [slot.state, slot.reason, slot.served])).toEqual(
      Array(2).fill(['LOADING', 'the file is gone', undefined]),
    )
    await pass()
    expect(states()).toEqual([
      ['one', 'READY'],
      ['two', 'READY'],
    ])
    expect([...reconciler.deployments.values()].map(({ reason }) => reason)).toEqual([undefined, undefined])
    expect(loads).toHaveLength(2)
    expect(unloads).toEqual([id])
  })
})

import { describe, expect, it } from 'vitest'
import { ModelControl } from '../../../../gpu-service/deployments/model-control.ts'
import { unloadTogether } from '../../../../gpu-service/deployments/unload-together.ts'
import { errors } from '../../../../shared/errors.ts'

const refusal = expect.objectContaining({ code: 'model_kept_loaded' })
const stays = new AbortController().signal

/** The slot of a model whose requests end when the test ends them. */
function slot({ isKept = false } = {}) {
  const under = Promise.withResolvers<void>()
  const lease = {
    isKept,
    isResident: true,
    load: async () => {},
    assertMayLeave() {
      if (lease.isKept) throw errors.modelKeptLoaded('d', { isByItself: true })
    },
    async unload() {
      lease.assertMayLeave()
      lease.isResident = false
    },
  }
  const control = new ModelControl({ deployment: 'd', lease, answered: () => under.promise })
  return { lease, answer: under.resolve, state: { settled: Promise.resolve() }, model: { control } }
}

describe('unloading all models of a deployment', () => {
  it('is refused at once if one is kept loaded, whatever is still being answered', async () => {
    const slots = [slot(), slot({ isKept: true })]
    await expect(unloadTogether(slots, stays)).rejects.toEqual(refusal)
    expect(slots.map(({ lease }) => lease.isResident)).toEqual([true, true])
  })

  it('unloads none if one became kept while another was still answering', async () => {
    const [answered, answering] = [slot(), slot()]
    const unloaded = unloadTogether([answered, answering], stays)
    answered.answer()
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered.lease.isResident).toBe(true)
    answering.lease.isKept = true
    answering.answer()
    await expect(unloaded).rejects.toEqual(refusal)
    expect([answered, answering].map(({ lease }) => lease.isResident)).toEqual([true, true])
    answering.lease.isKept = false
    await unloadTogether([answered, answering], stays)
    expect([answered, answering].map(({ lease }) => lease.isResident)).toEqual([false, false])
  })

  it('unloads all, including when a slot holds no model and when there is no slot', async () => {
    const one = slot()
    one.answer()
    await unloadTogether([one, { state: { settled: Promise.resolve() }, model: undefined }], stays)
    expect(one.lease.isResident).toBe(false)
    await unloadTogether([], stays)
  })

  it('unloads none if one was released meanwhile, and blocks no later order', async () => {
    const [left, given] = [slot(), slot()]
    left.answer()
    given.model.control.close()
    await expect(unloadTogether([left, given], stays)).rejects.toMatchObject({ code: 'model_not_ready' })
    expect(left.lease.isResident).toBe(true)
    await left.model.control.load(stays)
  })

  it('unloads none for a caller who has left, and blocks no later order', async () => {
    const caller = new AbortController()
    const [answered, loading] = [slot(), { state: { settled: new Promise<void>(() => {}) }, model: undefined }]
    answered.answer()
    void unloadTogether([answered, loading], caller.signal).catch(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    const load = answered.model.control.load(stays)
    caller.abort()
    await load
    expect(answered.lease.isResident).toBe(true)
  })
})

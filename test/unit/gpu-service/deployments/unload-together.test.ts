import { describe, expect, it } from 'vitest'
import { ModelControl } from '../../../../gpu-service/deployments/model-control.ts'
import { unloadTogether } from '../../../../gpu-service/deployments/unload-together.ts'
import { errors } from '../../../../shared/errors.ts'

const refusal = expect.objectContaining({ code: 'model_kept_loaded' })
const stays = new AbortController().signal

/** The slot of a model whose requests are answered when that is said. */
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
  return { lease, answer: under.resolve, settled: Promise.resolve(), model: { control } }
}

describe('unloading all that a deployment serves', () => {
  it('is refused at once where one is kept, whatever is still being answered', async () => {
    const slots = [slot(), slot({ isKept: true })]
    await expect(unloadTogether(slots, stays)).rejects.toEqual(refusal)
    expect(slots.map(({ lease }) => lease.isResident)).toEqual([true, true])
  })

  it('takes none out where one came to be kept while another was still answering', async () => {
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

  it('takes out all that there is, also where a slot holds no model, and where there is no slot', async () => {
    const one = slot()
    one.answer()
    await unloadTogether([one, { settled: Promise.resolve(), model: undefined }], stays)
    expect(one.lease.isResident).toBe(false)
    await unloadTogether([], stays)
  })

  it('takes none out where one was given up meanwhile, and no order waits for it for ever', async () => {
    const [left, given] = [slot(), slot()]
    left.answer()
    given.model.control.close()
    await expect(unloadTogether([left, given], stays)).rejects.toMatchObject({ code: 'model_not_ready' })
    expect(left.lease.isResident).toBe(true)
    await left.model.control.load(stays)
  })

  it('takes none out for a caller who has left, and lets the orders after it come', async () => {
    const caller = new AbortController()
    const [answered, loading] = [slot(), { settled: new Promise<void>(() => {}), model: undefined }]
    answered.answer()
    void unloadTogether([answered, loading], caller.signal).catch(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    const load = answered.model.control.load(stays)
    caller.abort()
    await load
    expect(answered.lease.isResident).toBe(true)
  })
})

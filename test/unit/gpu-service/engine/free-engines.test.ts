import { describe, expect, it } from 'vitest'
import { FreeEngines } from '../../../../gpu-service/engine/free-engines.ts'
import { instantEngine } from '../support/instant-engine.ts'
import { settled } from '../support/manual-batcher.ts'

const [a, b] = [instantEngine(), instantEngine()]
const start = () => new FreeEngines({ engines: [a, b], stagedMax: 1 })

describe('an engine that was idle', () => {
  it('is lent to one caller, and neither runs nor stages for others until it is given back', async () => {
    const free = start()
    await free.takeThis(a)
    expect([free.count, free.take(), free.take()]).toEqual([1, b, undefined])
    expect([free.stage(), free.canStage, free.stage()]).toEqual([b, false, undefined])
    free.giveBack(a)
    expect([free.count, free.canStage, free.take()]).toEqual([1, false, a])
  })
})

describe('an engine that was busy', () => {
  it('is lent after what was given to it, before anything else, and to one caller after another', async () => {
    const free = start()
    const [busy] = [free.take(), free.take()]
    const order: string[] = []
    for (const name of ['first', 'second']) void free.takeThis(b).then(() => order.push(name))
    expect(busy).toBe(b)
    expect(free.stage()).toBe(a)
    expect(free.canStage).toBe(false)
    free.giveBack(b)
    expect([free.count, free.stage()]).toEqual([0, undefined])
    await settled()
    expect([order, free.count, free.stage()]).toEqual([['first'], 0, undefined])
    free.giveBack(b)
    await settled()
    expect(order).toEqual(['first', 'second'])
    free.giveBack(b)
    expect(free.take()).toBe(b)
  })
})

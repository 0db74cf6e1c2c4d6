import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { loadMs, pass, startResidency } from '../support/test-residency.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('loads a model once, whoever asks for it at the same time', async () => {
  const { residency, model, story } = startResidency({ places: 1 })
  const a = model('a')
  const asked = Promise.all([residency.want(a), residency.want(a)])
  await pass(loadMs)
  await asked
  await residency.want(a)
  expect(story).toEqual(['a in'])
})

it('gives the place of the idle one that was used longest ago, and never has more than its budget', async () => {
  const { residency, model, story, evictions, heldMost } = startResidency({ places: 2 })
  const [a, b, c] = [model('a'), model('b'), model('c')]
  for (const one of [a, b]) {
    void residency.want(one)
    await pass(loadMs)
  }
  await pass(1000)
  residency.touch(a)
  await pass(1000)
  void residency.want(c)
  await pass(loadMs)
  expect(story).toEqual(['a in', 'b in', 'b out', 'c in'])
  expect(evictions).toEqual(['memory'])
  expect(heldMost()).toBe(20)
})

it('lets a busy one have its turn before it makes room, and not longer', async () => {
  const { residency, model, story } = startResidency({ places: 1 })
  const a = model('a', { isBusy: true })
  void residency.want(a)
  await pass(loadMs)
  void residency.want(model('b'))
  await pass(4 * loadMs - 1)
  expect(story).toEqual(['a in'])
  await pass(1 + loadMs)
  expect(story).toEqual(['a in', 'a out', 'b in'])
})

it('gives each of many busy ones a turn in the order in which they were asked for', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  const models = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => {
    const one = model(name, { isBusy: true })
    one.left = () => void residency.want(one)
    return one
  })
  for (const one of models) void residency.want(one)
  await pass(20_000)
  const entered = story.filter((line) => line.endsWith('in')).map(([name]) => name)
  expect(entered.slice(0, 18).join('')).toBe('abcdef'.repeat(3))
})

it('lets nobody overtake a large one', async () => {
  const { residency, model, story, heldMost } = startResidency({ places: 2 })
  const small = ['a', 'b', 'c'].map((name) => model(name))
  for (const one of small.slice(0, 2)) void residency.want(one)
  await pass(2 * loadMs + 1000)
  void residency.want(model('large', { sizeBytes: 20 }))
  for (const one of small.slice(2)) void residency.want(one)
  await pass(5000)
  expect(story).toEqual(['a in', 'b in', 'a out', 'b out', 'large in', 'large out', 'c in'])
  expect(heldMost()).toBe(20)
})

it('refuses by name what can never fit, and goes on after a load that failed', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  await expect(residency.want(model('giant', { sizeBytes: 21 }))).rejects.toMatchObject({
    code: 'model_too_large',
    message: expect.stringContaining('"giant"'),
  })
  const broken = residency.want(model('broken', { enter: () => Promise.reject(new Error('no graph')) }))
  const good = residency.want(model('good'))
  await expect(broken).rejects.toThrow('no graph')
  await pass(loadMs)
  await good
  expect(story).toEqual(['good in'])
})

it('makes room where a model turned out to be larger than it was thought to be', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  const a = model('a')
  void residency.want(a)
  await pass(loadMs + 1000)
  const b = model('b')
  b.left = () => undefined
  const enter = b.enter
  b.enter = async () => {
    await enter()
    b.sizeBytes = 15
  }
  void residency.want(b)
  await pass(loadMs + 1000)
  expect(story).toEqual(['a in', 'b in', 'a out'])
})

it('sends a model away that had no work for its time, and not while it has some', async () => {
  const { residency, model, story, evictions } = startResidency({ places: 2 })
  const a = model('a', { idleMsMax: 500 })
  void residency.want(a)
  await pass(loadMs + 400)
  a.isBusy = true
  await pass(1000)
  expect(story).toEqual(['a in'])
  a.isBusy = false
  residency.touch(a)
  await pass(500)
  expect(story).toEqual(['a in', 'a out'])
  expect(evictions).toEqual(['idle'])
})

it('sends a model away whose work was taken back before it ran', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  const a = model('a', { idleMsMax: 500 })
  void residency.want(a)
  await pass(loadMs + 400)
  a.isBusy = true
  await pass(200)
  a.isBusy = false
  await pass(500)
  expect(story).toEqual(['a in', 'a out'])
})

it('takes out a model that is given up, and forgets one that still waits', async () => {
  const { residency, model, story } = startResidency({ places: 1 })
  const a = model('a', { isBusy: true })
  void residency.want(a)
  await pass(loadMs)
  const b = model('b')
  const waiting = residency.want(b).catch(({ code }) => code)
  await residency.remove(b)
  expect(await waiting).toBe('model_not_ready')
  await residency.remove(a)
  expect(story).toEqual(['a in', 'a out'])
  expect(residency.residentCount).toBe(0)
})

it('gives up a model that comes again when it is wanted, and waits for one that is just coming', async () => {
  const { residency, model, story, evictions } = startResidency({ places: 1 })
  const a = model('a', { idleMsMax: 60_000 })
  await residency.giveUp(a)
  const wanted = residency.want(a)
  const givenUp = Promise.all([residency.giveUp(a), residency.giveUp(a)])
  await pass(loadMs)
  await Promise.all([wanted, givenUp])
  expect([story, evictions, residency.heldBytes]).toEqual([['a in', 'a out'], ['unload'], 0])
  void residency.want(a)
  await pass(loadMs)
  expect(story.slice(2)).toEqual(['a in'])
})

it('gives up a model at once that others wait for, and lets them in', async () => {
  const { residency, model, story, evictions } = startResidency({ places: 1 })
  const a = model('a', { idleMsMax: 60_000, isBusy: true })
  void residency.want(a)
  await pass(loadMs)
  void residency.want(model('b'))
  await residency.giveUp(a)
  await pass(loadMs)
  expect([story, evictions]).toEqual([['a in', 'a out', 'b in'], ['unload']])
})

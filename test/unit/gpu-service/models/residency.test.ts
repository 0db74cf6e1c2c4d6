import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { loadMs, pass, startResidency } from '../support/test-residency.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('loads a model once for concurrent callers', async () => {
  const { residency, model, story } = startResidency({ places: 1 })
  const a = model('a')
  const asked = Promise.all([residency.want(a), residency.want(a)])
  await pass(loadMs)
  await asked
  await residency.want(a)
  expect(story).toEqual(['a in'])
})

it('evicts the least recently used idle model, and stays within its budget', async () => {
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

it('lets a busy model have its turn before evicting it, and no longer', async () => {
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

it('gives each of many busy models a turn, in the order they were asked for', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  const models = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => {
    const one = model(name, { isBusy: true })
    one.unloaded = () => void residency.want(one)
    return one
  })
  for (const one of models) void residency.want(one)
  await pass(20_000)
  const entered = story.filter((line) => line.endsWith('in')).map(([name]) => name)
  expect(entered.slice(0, 18).join('')).toBe('abcdef'.repeat(3))
})

it('lets no smaller model overtake a large one', async () => {
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

it('refuses by name what can never fit, and goes on after a failed load', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  await expect(residency.want(model('giant', { sizeBytes: 21 }))).rejects.toMatchObject({
    code: 'model_too_large',
    message: expect.stringContaining('"giant"'),
  })
  const broken = residency.want(model('broken', { loadIntoEngines: () => Promise.reject(new Error('no graph')) }))
  const good = residency.want(model('good'))
  await expect(broken).rejects.toThrow('no graph')
  await pass(loadMs)
  await good
  expect(story).toEqual(['good in'])
})

it('makes room if a model turns out larger than estimated', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  const a = model('a')
  void residency.want(a)
  await pass(loadMs + 1000)
  const b = model('b')
  b.unloaded = () => undefined
  const load = b.loadIntoEngines
  b.loadIntoEngines = async () => {
    await load()
    b.sizeBytes = 15
  }
  void residency.want(b)
  await pass(loadMs + 1000)
  expect(story).toEqual(['a in', 'b in', 'a out'])
})

it('evicts a model after its idle time, and not while it has work', async () => {
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

it('evicts an idle model whose work was cancelled before it ran', async () => {
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

it('removes a model, whether it is loaded or still waiting', async () => {
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

it('unloads a model on request, even one still loading, and loads it again when wanted', async () => {
  const { residency, model, story, evictions } = startResidency({ places: 1 })
  const a = model('a', { idleMsMax: 60_000 })
  await residency.unload(a)
  const wanted = residency.want(a)
  const givenUp = Promise.all([residency.unload(a), residency.unload(a)])
  await pass(loadMs)
  await Promise.all([wanted, givenUp])
  expect([story, evictions, residency.heldBytes]).toEqual([['a in', 'a out'], ['unload'], 0])
  void residency.want(a)
  await pass(loadMs)
  expect(story.slice(2)).toEqual(['a in'])
})

it('unloads a busy model on request at once, and lets waiting models in', async () => {
  const { residency, model, story, evictions } = startResidency({ places: 1 })
  const a = model('a', { idleMsMax: 60_000, isBusy: true })
  void residency.want(a)
  await pass(loadMs)
  void residency.want(model('b'))
  await residency.unload(a)
  await pass(loadMs)
  expect([story, evictions]).toEqual([['a in', 'a out', 'b in'], ['unload']])
})

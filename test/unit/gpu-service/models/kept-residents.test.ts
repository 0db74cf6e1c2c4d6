import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { loadMs, pass, startResidency } from '../support/test-residency.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('evicts models on demand, even busy ones, before models that are kept loaded', async () => {
  const { residency, model, story } = startResidency({ places: 2 })
  const kept = model('kept')
  const passing = model('passing', { idleMsMax: 60_000, isBusy: true })
  for (const one of [kept, passing]) {
    void residency.want(one)
    await pass(loadMs)
  }
  void residency.want(model('new', { idleMsMax: 60_000 }))
  await pass(5 * loadMs)
  expect(story).toEqual(['kept in', 'passing in', 'passing out', 'new in'])
  void residency.want(model('large', { sizeBytes: 20 }))
  await pass(5 * loadMs)
  expect(story.slice(4)).toEqual(['new out', 'kept out', 'large in'])
})

it('reloads a kept model as soon as there is room, without evicting another for it', async () => {
  const { residency, model, story } = startResidency({ places: 1 })
  const kept = model('kept')
  void residency.want(kept)
  await pass(loadMs + 1000)
  const passing = model('passing', { idleMsMax: 60_000 })
  void residency.want(passing)
  await pass(30_000)
  expect(story).toEqual(['kept in', 'kept out', 'passing in'])
  await pass(60_000)
  expect(story.slice(3)).toEqual(['passing out', 'kept in'])
  expect(residency.keptFault).toBeUndefined()
})

it('also reloads a model that became kept after it was loaded', async () => {
  const { residency, keep, model, story } = startResidency({ places: 1 })
  const shared = model('shared', { idleMsMax: 60_000 })
  void residency.want(shared)
  await pass(loadMs + 1000)
  // Another deployment of the same model wants it kept loaded.
  keep(shared)
  void residency.want(model('passing', { idleMsMax: 500 }))
  await pass(10_000)
  expect(story).toEqual(['shared in', 'shared out', 'passing in', 'passing out', 'shared in'])
})

it('does not evict for idleness a model that became kept after it was loaded', async () => {
  const { residency, keep, model, story } = startResidency({ places: 1 })
  const shared = model('shared', { idleMsMax: 500 })
  void residency.want(shared)
  await pass(loadMs + 400)
  keep(shared)
  await pass(60_000)
  expect(story).toEqual(['shared in'])
})

it('loads a model that became kept after it was evicted, as soon as there is room', async () => {
  const { residency, keep, model, story } = startResidency({ places: 1 })
  const shared = model('shared', { idleMsMax: 500 })
  void residency.want(shared)
  await pass(loadMs + 1000)
  void residency.want(model('passing', { idleMsMax: 500 }))
  await pass(loadMs)
  keep(shared)
  expect(story).toEqual(['shared in', 'shared out', 'passing in'])
  await pass(10_000)
  expect(story.slice(3)).toEqual(['passing out', 'shared in'])
})

it('evicts a model after its idle time once nothing keeps it any more', async () => {
  const { residency, model, story, evictions } = startResidency({ places: 1 })
  const shared = model('shared')
  void residency.want(shared)
  await pass(loadMs + 60_000)
  shared.idleMsMax = 500
  residency.idleLimitChanged(shared)
  await pass(499)
  expect(story).toEqual(['shared in'])
  await pass(1)
  expect(story).toEqual(['shared in', 'shared out'])
  expect(evictions).toEqual(['idle'])
})

it('counts a model as kept from the moment it is, and no longer than that', async () => {
  const { residency, keep, model, story } = startResidency({ places: 1 })
  const [kept, shared] = [model('kept'), model('shared', { idleMsMax: 60_000 })]
  void residency.want(shared)
  await pass(loadMs + 1000)
  void residency.want(kept)
  await pass(loadMs + 1000)
  expect(residency.keptFault).toBeUndefined()
  keep(shared)
  expect(residency.keptFault).toContain('they take turns')
  kept.idleMsMax = 500
  residency.idleLimitChanged(kept)
  expect(residency.keptFault).toBeUndefined()
  await pass(500 + loadMs)
  expect(story).toEqual(['shared in', 'shared out', 'kept in', 'kept out', 'shared in'])
})

it('does not report that models take turns because of one that can never fit', () => {
  const { residency, model } = startResidency({ places: 1 })
  residency.idleLimitChanged(model('giant', { sizeBytes: 11 }))
  expect(residency.keptFault).toBeUndefined()
})

it('does not retry a kept model that cannot come back', async () => {
  const { residency, model, story } = startResidency({ places: 1 })
  const kept = model('kept')
  void residency.want(kept)
  await pass(loadMs + 1000)
  const load = vi.fn(() => Promise.reject(new Error('the file is gone')))
  kept.loadIntoEngines = load
  void residency.want(model('passing', { idleMsMax: 500 }))
  await pass(60_000)
  expect(story).toEqual(['kept in', 'kept out', 'passing in', 'passing out'])
  expect(load).toHaveBeenCalledOnce()
})

it('reports why not all kept models can stay, for as long as that is so', async () => {
  const { residency, model } = startResidency({ places: 2, sizeBytes: 8 })
  const [a, b, c] = [model('a'), model('b'), model('c')]
  void residency.want(model('passing', { idleMsMax: 60_000 }))
  for (const one of [a, b]) void residency.want(one)
  expect(residency.keptFault).toBeUndefined()
  void residency.want(c)
  expect(residency.keptFault).toContain('they take turns')
  await pass(10_000)
  await residency.remove(b)
  expect(residency.keptFault).toBeUndefined()
})

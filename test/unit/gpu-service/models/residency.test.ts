import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Residency } from '../../../../gpu-service/models/residency.ts'
import type { EvictionReason, Resident } from '../../../../gpu-service/models/resident.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const loadMs = 100

/** Models of one size over a clock of the test's, and what became of them. */
function start({ places, sizeBytes = 10 }: { places: number; sizeBytes?: number }) {
  const story: string[] = []
  const evictions: EvictionReason[] = []
  const residency = new Residency({
    maxBytes: places * 10,
    waitMsMax: 15_000,
    now: () => Date.now(),
    onEviction: (reason) => evictions.push(reason),
  })
  let held = 0
  let heldMost = 0
  const model = (name: string, change: Partial<Resident> = {}) => {
    const made = {
      name,
      sizeBytes,
      isBusy: false,
      idleMsMax: undefined as number | undefined,
      loadMs,
      async enter() {
        held += made.sizeBytes
        heldMost = Math.max(heldMost, held)
        await new Promise((resolve) => setTimeout(resolve, loadMs))
        story.push(`${name} in`)
      },
      async leave() {
        held -= made.sizeBytes
        story.push(`${name} out`)
      },
      left() {},
      ...change,
    }
    return made
  }
  return { residency, model, story, evictions, heldMost: () => heldMost }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

it('loads a model once, whoever asks for it at the same time', async () => {
  const { residency, model, story } = start({ places: 1 })
  const a = model('a')
  const asked = Promise.all([residency.want(a), residency.want(a)])
  await pass(loadMs)
  await asked
  await residency.want(a)
  expect(story).toEqual(['a in'])
})

it('gives the place of the idle one that was used longest ago, and never has more than its budget', async () => {
  const { residency, model, story, evictions, heldMost } = start({ places: 2 })
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
  const { residency, model, story } = start({ places: 1 })
  const a = model('a', { isBusy: true })
  void residency.want(a)
  await pass(loadMs)
  void residency.want(model('b'))
  await pass(4 * loadMs - 1)
  expect(story).toEqual(['a in'])
  await pass(1 + loadMs)
  expect(story).toEqual(['a in', 'a out', 'b in'])
})

it('keeps what is to be kept loaded while one that is not can make room, however busy that is', async () => {
  const { residency, model, story } = start({ places: 2 })
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

it('takes back what is to be kept as soon as there is room again, and lets it displace nobody for that', async () => {
  const { residency, model, story } = start({ places: 1 })
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

it('takes back what is to be kept only since it was in, too', async () => {
  const { residency, model, story } = start({ places: 1 })
  const shared = model('shared', { idleMsMax: 60_000 })
  void residency.want(shared)
  await pass(loadMs + 1000)
  // Another deployment of the same model asks for it to be kept.
  shared.idleMsMax = undefined
  residency.stayChanged(shared)
  void residency.want(model('passing', { idleMsMax: 500 }))
  await pass(10_000)
  expect(story).toEqual(['shared in', 'shared out', 'passing in', 'passing out', 'shared in'])
})

it('evicts nobody for idleness that is to be kept since it was in', async () => {
  const { residency, model, story } = start({ places: 1 })
  const shared = model('shared', { idleMsMax: 500 })
  void residency.want(shared)
  await pass(loadMs + 400)
  shared.idleMsMax = undefined
  residency.stayChanged(shared)
  await pass(60_000)
  expect(story).toEqual(['shared in'])
})

it('brings what is to be kept since it was sent away, as soon as there is room', async () => {
  const { residency, model, story } = start({ places: 1 })
  const shared = model('shared', { idleMsMax: 500 })
  void residency.want(shared)
  await pass(loadMs + 1000)
  void residency.want(model('passing', { idleMsMax: 500 }))
  await pass(loadMs)
  shared.idleMsMax = undefined
  residency.stayChanged(shared)
  expect(story).toEqual(['shared in', 'shared out', 'passing in'])
  await pass(10_000)
  expect(story.slice(3)).toEqual(['passing out', 'shared in'])
})

it('sends a model away in its time that nobody asks to be kept any more', async () => {
  const { residency, model, story, evictions } = start({ places: 1 })
  const shared = model('shared')
  void residency.want(shared)
  await pass(loadMs + 60_000)
  shared.idleMsMax = 500
  residency.stayChanged(shared)
  await pass(499)
  expect(story).toEqual(['shared in'])
  await pass(1)
  expect(story).toEqual(['shared in', 'shared out'])
  expect(evictions).toEqual(['idle'])
})

it('counts what is to be kept since it was in among what is to be kept, and not what no longer is', async () => {
  const { residency, model, story } = start({ places: 1 })
  const [kept, shared] = [model('kept'), model('shared', { idleMsMax: 60_000 })]
  void residency.want(shared)
  await pass(loadMs + 1000)
  void residency.want(kept)
  await pass(loadMs + 1000)
  expect(residency.keptFault).toBeUndefined()
  shared.idleMsMax = undefined
  residency.stayChanged(shared)
  expect(residency.keptFault).toContain('they take turns')
  kept.idleMsMax = 500
  residency.stayChanged(kept)
  expect(residency.keptFault).toBeUndefined()
  await pass(500 + loadMs)
  expect(story).toEqual(['shared in', 'shared out', 'kept in', 'kept out', 'shared in'])
})

it('says of nobody that it takes turns because of a model that can never come in', () => {
  const { residency, model } = start({ places: 1 })
  residency.stayChanged(model('giant', { sizeBytes: 11 }))
  expect(residency.keptFault).toBeUndefined()
})

it('asks no second time for what is to be kept and cannot come back', async () => {
  const { residency, model, story } = start({ places: 1 })
  const kept = model('kept')
  void residency.want(kept)
  await pass(loadMs + 1000)
  const enter = vi.fn(() => Promise.reject(new Error('the file is gone')))
  kept.enter = enter
  void residency.want(model('passing', { idleMsMax: 500 }))
  await pass(60_000)
  expect(story).toEqual(['kept in', 'kept out', 'passing in', 'passing out'])
  expect(enter).toHaveBeenCalledOnce()
})

it('says why not all can stay that are to be kept, as long as that is so', async () => {
  const { residency, model } = start({ places: 2, sizeBytes: 8 })
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

it('gives each of many busy ones a turn in the order in which they were asked for', async () => {
  const { residency, model, story } = start({ places: 2 })
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
  const { residency, model, story, heldMost } = start({ places: 2 })
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
  const { residency, model, story } = start({ places: 2 })
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
  const { residency, model, story } = start({ places: 2 })
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
  const { residency, model, story, evictions } = start({ places: 2 })
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

it('takes out a model that is given up, and forgets one that still waits', async () => {
  const { residency, model, story } = start({ places: 1 })
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

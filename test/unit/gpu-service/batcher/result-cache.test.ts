import { describe, expect, it } from 'vitest'
import { CacheBudget } from '../../../../gpu-service/batcher/cache-budget.ts'
import { bytesOf, cachedCopy } from '../../../../gpu-service/batcher/cached-copy.ts'
import { ResultCache } from '../../../../gpu-service/batcher/result-cache.ts'
import { errors } from '../../../../shared/errors.ts'
import { heldBytes } from '../support/held-bytes.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const maxBytes = 640_000
const answer = () => new Float32Array(2000)

describe('cached answers', () => {
  it('stay within the memory budget that all caches share', () => {
    const budget = new CacheBudget({ maxBytes })
    const caches = [1, 2].map(() => new ResultCache<Float32Array>({ itemsMax: 1_000_000, budget }))
    for (let index = 0; index < 500; index++) {
      caches[index % 2]?.set(`${index}`, answer())
      expect(caches[0]?.get('0')).toEqual(answer())
      expect(budget.heldBytes).toBeLessThanOrEqual(maxBytes)
    }
    expect(budget.heldBytes).toBeGreaterThan(maxBytes / 2)
    expect(caches[1]?.get('1')).toBeUndefined()
    expect(caches[1]?.get('499')).toEqual(answer())
    for (const cache of caches) cache.close()
    expect(budget.heldBytes).toBe(0)
  })

  it('never include one so large that it would evict many others', () => {
    const budget = new CacheBudget({ maxBytes })
    const cache = new ResultCache<Float32Array>({ itemsMax: 10, budget })
    cache.set('large', new Float32Array(maxBytes / 16))
    expect(cache.get('large')).toBeUndefined()
    expect(budget.heldBytes).toBe(0)
  })

  it.each([
    ['a vector', (view: Float32Array) => view],
    ['a list of vectors', (view: Float32Array) => [view, view]],
    ['two ends', (view: Float32Array) => ({ start: view, end: view })],
  ])('share no memory with the output tensor of their batch: %s', (_name, of) => {
    const tensor = new Float32Array(1_000_000).fill(1)
    const output = of(tensor.subarray(4, 8))
    const copy = cachedCopy<unknown>(output)
    expect(copy).toEqual(output)
    expect(bytesOf(copy)).toBeLessThan(1000)
    const views = copy instanceof Float32Array ? [copy] : Object.values(copy as Record<string, Float32Array>)
    for (const { buffer } of views) expect(buffer.byteLength).toBe(16)
  })

  it.each<[string, () => unknown]>([
    ['two scores', () => new Float32Array(2)],
    ['a vector', () => new Float32Array(40)],
    ['starts and ends', () => ({ start: new Float32Array(40), end: new Float32Array(40) })],
    ['words for a gap', () => [Array.from({ length: 5 }, (_, token) => ({ token, score: Math.random() }))]],
  ])('are charged at least the memory that they take, and less than 2.5 times as much: %s', async (_name, answer) => {
    const budget = new CacheBudget()
    const cache = new ResultCache<unknown>({ itemsMax: 1_000_000, budget })
    const before = await heldBytes()
    for (let index = 0; index < 20_000; index++) cache.set(`the key of the answer ${index}`, answer())
    const took = (await heldBytes()) - before
    expect(budget.heldBytes).toBeGreaterThan(took)
    expect(budget.heldBytes).toBeLessThan(2.5 * took)
    cache.close()
  })

  it('may contain null', () => {
    const cache = new ResultCache<unknown>({ itemsMax: 10, budget: new CacheBudget() })
    cache.set('key', { label: null, scores: [null] })
    expect(cache.get('key')).toEqual({ label: null, scores: [null] })
  })

  it('are stored only if their size can be measured', () => {
    const cache = new ResultCache<unknown>({ itemsMax: 10, budget: new CacheBudget() })
    cache.set('key', { nested: new Map() })
    expect(cache.get('key')).toBeUndefined()
  })

  it('are served even while new work is refused; a request that needs more than them is refused', async () => {
    const limits = { itemsMax: 1, cachedMax: 10, queuedMax: 1 }
    const { batcher, runs, counts, pull } = manualBatcher<string>({ keyOf: (input) => input, limits })
    const first = batcher.submit('known')
    void pull()
    await runs[0]?.finish()
    await first
    void batcher.submit('waits')
    batcher.assertRoom(1)
    expect(await batcher.submit('known')).toMatchObject({ output: 'known', batchSize: 0 })
    await expect(batcher.submitAll(['known', 'new'])).rejects.toMatchObject({ code: 'overloaded' })
    await expect(batcher.submit('waits')).rejects.toMatchObject({ code: 'overloaded' })
    expect(counts).toMatchObject({ cache: 1, refused: 3 })
  })

  it('are looked up only now and then while the queue is full and few requests hit', async () => {
    const limits = { itemsMax: 1, cachedMax: 10, queuedMax: 1 }
    const { batcher, clock, runs, pull } = manualBatcher<string>({ keyOf: (input) => input, limits })
    const first = batcher.submit('known')
    void pull()
    await runs[0]?.finish()
    await first
    void batcher.submit('waits')
    clock.nowMs = 500
    for (let at = 0; at < 100; at++)
      await expect(batcher.submit(`new ${at}`)).rejects.toMatchObject({ code: 'overloaded' })
    expect(() => batcher.assertRoom(1)).toThrow('overloaded')
    clock.nowMs = 1020
    batcher.assertRoom(1)
    for (let at = 0; at < 10; at++) expect(await batcher.submit('known')).toMatchObject({ output: 'known' })
    clock.nowMs = 1500
    batcher.assertRoom(1)
  })

  it('are not looked up for a model without cache keys: a full queue refuses at once', () => {
    const { batcher } = manualBatcher<string>({ limits: { itemsMax: 1, cachedMax: 10, queuedMax: 1 } })
    void batcher.submit('waits')
    expect(() => batcher.assertRoom(1)).toThrow('overloaded')
  })

  it('free their memory when the batcher closes, including what was still running', async () => {
    const cacheBudget = new CacheBudget()
    const limits = { itemsMax: 1, cachedMax: 10, cacheBudget }
    const { batcher, runs, pull } = manualBatcher<string>({ keyOf: (input) => input, limits })
    const answers = ['a', 'b'].map((input) => batcher.submit(input))
    void pull()
    await runs[0]?.finish()
    expect(cacheBudget.heldBytes).toBeGreaterThan(0)
    void pull()
    void batcher.close(errors.modelNotReady('model', 'it is given up'))
    await runs[1]?.finish()
    expect((await Promise.all(answers)).map(({ output }) => output)).toEqual(['a', 'b'])
    expect(cacheBudget.heldBytes).toBe(0)
  })
})

import { setImmediate as aTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { inParallel } from '../../shared/in-parallel.ts'

it('keeps the order of the results and the limit of concurrency', async () => {
  let running = 0
  let most = 0
  const doubled = await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (number) => {
    most = Math.max(most, ++running)
    await aTurn()
    running--
    return number * 2
  })
  expect([doubled, most]).toEqual([[2, 4, 6, 8, 10, 12, 14], 3])
})

it('starts nothing after a failure, and rejects only once nothing is running', async () => {
  let begun = 0
  let running = 0
  const work = inParallel(Array.from({ length: 100 }), 4, async () => {
    begun++
    running++
    await aTurn()
    running--
    if (begun >= 8) throw new Error('broken')
  })
  await expect(work).rejects.toThrow('broken')
  expect(running).toBe(0)
  expect(begun).toBeLessThan(20)
})

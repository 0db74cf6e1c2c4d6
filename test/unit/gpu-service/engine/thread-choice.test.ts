import { expect, it } from 'vitest'
import { ThreadChoice } from '../../../../gpu-service/engine/thread-choice.ts'

/** The choice made for each of `count` runs, whose time depends on the choice. */
function runs(choice: ThreadChoice, count: number, runMs: { own: number; all: number }): string[] {
  return Array.from({ length: count }, () => {
    const threads = choice.next()
    choice.learn({ threads, units: 21, runMs: runMs[threads] })
    return threads
  })
}

const shareOf = (made: string[], way: string) => made.filter((one) => one === way).length / made.length

it('picks the faster thread setting, and switches when the other becomes faster', () => {
  const choice = new ThreadChoice()
  expect(shareOf(runs(choice, 320, { own: 4, all: 3 }), 'all')).toBeGreaterThan(0.95)
  const crowded = runs(choice, 320, { own: 4, all: 10 })
  expect(shareOf(crowded, 'own')).toBeGreaterThan(0.9)
  expect(shareOf(runs(choice, 3200, { own: 4, all: 3 }).slice(1600), 'all')).toBeGreaterThan(0.95)
})

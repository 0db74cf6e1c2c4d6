import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entity } from '../../../../../gpu-service/tasks/token-classification/entities.ts'
import { withoutOverlaps } from '../../../../../gpu-service/tasks/token-classification/overlaps.ts'

const entity = (start: number, end: number, score: number): Entity => ({ entity: 'PER', word: '', start, end, score })
const yieldTurn = async () => {}

/** Like transformers: sorts the entities of all windows and compares each with the one before it. */
function allAtOnce(entities: readonly Entity[]): Entity[] {
  const kept: Entity[] = []
  for (const one of [...entities].sort((a, b) => a.start - b.start)) {
    const last = kept.at(-1)
    if (last === undefined || one.start >= last.end) kept.push(one)
    else if (one.end - one.start > last.end - last.start) kept[kept.length - 1] = one
    else if (one.end - one.start === last.end - last.start && one.score > last.score) kept[kept.length - 1] = one
  }
  return kept
}

describe('overlapping entities of several windows', () => {
  it('are reduced to the longest, and among those to the surest', async () => {
    const windows = [
      { start: 0, entities: [entity(0, 4, 0.5), entity(5, 9, 0.9)] },
      { start: 0, entities: [entity(0, 9, 0.1), entity(20, 22, 0.4)] },
      { start: 20, entities: [entity(20, 22, 0.6)] },
    ]
    expect(await withoutOverlaps(windows, yieldTurn)).toEqual([entity(0, 9, 0.1), entity(20, 22, 0.6)])
  })

  it('are reduced as if all windows were compared at once, for any windows', async () => {
    const window = fc.tuple(fc.nat(8), fc.array(fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 9 }), fc.nat(3))))
    await fc.assert(
      fc.asyncProperty(fc.array(window, { minLength: 1, maxLength: 8 }), async (drawn) => {
        let start = 0
        const windows = drawn.map(([step, found]) => {
          start += step
          let at = start
          const entities = found.map(([gap, length, score]) => {
            at += gap
            return entity(at, at + length, score)
          })
          return { start, entities }
        })
        const all = windows.flatMap(({ entities }) => entities)
        expect(await withoutOverlaps(windows, yieldTurn)).toEqual(allAtOnce(all))
      }),
    )
  })
})

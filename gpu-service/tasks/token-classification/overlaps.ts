import type { YieldTurn } from '../../yield-turn.ts'
import type { Entity } from './entities.ts'

/** One window over a text, and what was found in it, in its order. */
export interface FoundInWindow {
  /** Where it begins in the text. */
  start: number
  entities: readonly Entity[]
}

/** Of entities that windows over one text found at the same place, the longest stays, and of those the surest. */
export async function withoutOverlaps(windows: readonly FoundInWindow[], yieldTurn: YieldTurn): Promise<Entity[]> {
  const kept: Entity[] = []
  for (const stretch of await stretchesOf(windows, yieldTurn)) {
    for (const entity of stretch.sort((a, b) => a.start - b.start)) {
      const last = kept.at(-1)
      if (last === undefined || entity.start >= last.end) kept.push(entity)
      else if (isBetter(entity, last)) kept[kept.length - 1] = entity
    }
    await yieldTurn()
  }
  return kept
}

/** What begins between the starts of neighbouring windows, whichever found it: all at once would take long to sort. */
async function stretchesOf(windows: readonly FoundInWindow[], yieldTurn: YieldTurn): Promise<Entity[][]> {
  const stretches: Entity[][] = windows.map(() => [])
  const startOf = (index: number) => windows[index]?.start ?? Number.POSITIVE_INFINITY
  for (const [index, { entities }] of windows.entries()) {
    let at = index
    for (const entity of entities) {
      while (entity.start >= startOf(at + 1)) at++
      stretches[at]?.push(entity)
    }
    await yieldTurn()
  }
  return stretches
}

function isBetter(entity: Entity, other: Entity): boolean {
  const [length, otherLength] = [entity.end - entity.start, other.end - other.start]
  return length > otherLength || (length === otherLength && entity.score > other.score)
}

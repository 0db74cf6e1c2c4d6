import type { YieldTurn } from '../../yield-turn.ts'
import type { Entity } from './entities.ts'

/** A window over a text with its entities in text order. */
export interface FoundInWindow {
  /** Its start in the text. */
  start: number
  entities: readonly Entity[]
}

/**
 * Of overlapping entities from several windows, keeps the longest, and of equally long ones the one with the best
 * score.
 */
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

/** Groups the entities by the window start that they follow: sorting all of them at once would take long. */
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

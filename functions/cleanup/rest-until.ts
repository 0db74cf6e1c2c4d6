/** More than the tries of a step that kills its process, whose own limit ends the import by its file's name. */
export const resumesMaxOfOneProcess = 20

/** How many times the pause doubles. */
const longestRest = 5

/** Until when to leave something alone that was resumed `times` times. */
export const restUntil = ({ before, restMs, times }: { before: Date; restMs: number; times: number }): Date =>
  new Date(before.getTime() + restMs * 2 ** Math.min(times - 1, longestRest))

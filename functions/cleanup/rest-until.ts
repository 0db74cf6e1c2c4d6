/** Longer than all the tries of a step that a process dies of, which end an import by the name of its file. */
export const resumesMaxOfOneProcess = 20

/** What is resumed rests at most so many times twice as long. */
const longestRest = 5

/** Until when something rests that is resumed for so many times now. */
export const restUntil = ({ before, restMs, times }: { before: Date; restMs: number; times: number }): Date =>
  new Date(before.getTime() + restMs * 2 ** Math.min(times - 1, longestRest))

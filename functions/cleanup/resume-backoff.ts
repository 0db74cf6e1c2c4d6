/** More than the tries of a step that kills its process, whose own limit ends the import by its file's name. */
export const resumesMaxOfOneProcess = 20

/** How many times the pause doubles. */
const doublingsMax = 5

/** Until when to leave something alone that was resumed `times` times. */
export const backoffUntil = ({ before, pauseMs, times }: { before: Date; pauseMs: number; times: number }): Date =>
  new Date(before.getTime() + pauseMs * 2 ** Math.min(times - 1, doublingsMax))

/** Does one piece of work after the other; what is of another subject goes on beside it. */
export type InTurn = <Result>(subject: string, work: () => Promise<Result>) => Promise<Result>

/**
 * Turns within one process. What other processes write too is kept right by conditions in the table; there, turns spare
 * those who would only get in each other's way from doing everything again for each one that was faster.
 */
export function createTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return async (subject, work) => {
    const mine = (last.get(subject) ?? Promise.resolve()).then(work)
    const over = mine.catch(() => {})
    last.set(subject, over)
    try {
      return await mine
    } finally {
      if (last.get(subject) === over) last.delete(subject)
    }
  }
}

/** Runs work on one subject in sequence, and on different subjects in parallel. */
export type InTurn = <Result>(subject: string, work: () => Promise<Result>) => Promise<Result>

/**
 * Sequences work within one process. Conditions in the table protect against other processes; this spares concurrent
 * requests here from conflicting and starting over.
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

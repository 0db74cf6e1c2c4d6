/** How a caller wants its work done: the same for every protocol and task. */
export interface CallOptions {
  /** Aborted when the caller has left: what waits is dropped then. */
  signal: AbortSignal
  /** When the answer is of no more use, on the clock of `performance.now()`. */
  deadlineMs?: number | undefined
  /** Bulk work runs in what interactive work leaves. Interactive by default. */
  priority?: Priority | undefined
  /** Whose work it is: those who share a model get equal shares of it. */
  tenant?: string | undefined
  /** How many times the usual wait it may have before it is refused: much work is worth a longer one. 1 by default. */
  patience?: number | undefined
  /** Takes tokens off what its deployment may answer, before their work is queued. @throws AppError */
  charge?: ((tokens: number) => void) | undefined
}

export type Priority = 'interactive' | 'bulk'

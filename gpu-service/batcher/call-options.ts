/** What a caller asks for besides the inputs; the same for every protocol and task. */
export interface CallOptions {
  /** Aborted when the caller disconnects, which drops its waiting work. */
  signal: AbortSignal
  /** When the answer is no longer of use, on the clock of `performance.now()`. */
  deadlineMs?: number | undefined
  /** Bulk work runs when no interactive work waits. `interactive` by default. */
  priority?: Priority | undefined
  /** Tenants of one model share it fairly. */
  tenant?: string | undefined
  /** A factor on the maximum wait, because a large request may wait longer. 1 by default. */
  patience?: number | undefined
  /** Takes tokens off what its deployment may answer, before their work is queued. @throws AppError */
  charge?: ((tokens: number) => void) | undefined
}

export type Priority = 'interactive' | 'bulk'

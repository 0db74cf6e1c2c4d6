import { EngineDied, type EngineRun, type ModelFile, ModelHung } from './engine.ts'

/** How long a call may take once all earlier ones are answered, and the error if it takes longer. */
export interface TimeLimit {
  timeMs: number
  error: () => EngineDied
}

export interface TimeLimitOptions {
  /** The limit for the start of a process, which takes a fraction of a second, or a few seconds on a busy machine. */
  startMsMax?: number
  /** The limit for a run, whose batch was sized to take a fraction of a second. */
  runMsMax?: number
  /** The limit for a load, which may take minutes from a cold disk; it grows with the size of the files. */
  loadMsMax?: number
}

const slowestDiskBytesPerMs = 10_000

export const startLimit = ({ startMsMax = 60_000 }: TimeLimitOptions): TimeLimit => ({
  timeMs: startMsMax,
  error: () => new EngineDied(`the engine did not start within ${startMsMax / 1000} s`),
})

export function loadLimit({ fileBytes = 0 }: ModelFile, { loadMsMax = 300_000 }: TimeLimitOptions): TimeLimit {
  const timeMs = loadMsMax + fileBytes / slowestDiskBytesPerMs
  return {
    timeMs,
    error: () => new ModelHung(`a load did not come to an end within ${Math.round(timeMs / 1000)} s`),
  }
}

/** If runs were sent together, any of them may be the one that hangs, so each is retried by itself. */
export function runLimit(
  { more = false }: Pick<EngineRun, 'more'>,
  { runMsMax = 60_000 }: TimeLimitOptions,
): TimeLimit {
  const within = `did not come to an end within ${runMsMax / 1000} s`
  return {
    timeMs: runMsMax,
    error: () => (more ? new EngineDied(`runs ${within}`) : new ModelHung(`a run ${within}`)),
  }
}

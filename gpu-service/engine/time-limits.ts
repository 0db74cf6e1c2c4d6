import { EngineDied, type EngineRun, type ModelFile, ModelHung } from './engine.ts'

/** How long an answer may take once all that was asked before is answered, and what its lack means. */
export interface TimeLimit {
  timeMs: number
  error: () => EngineDied
}

export interface TimeLimitOptions {
  /** A process that has not answered by then never does: it takes a fraction of a second, on a busy machine a few. */
  startMsMax?: number
  /** A run that takes longer never ends: its batch was cut to take a fraction of a second. */
  runMsMax?: number
  /** A load that takes longer never ends: from a cold disk it may take minutes, and more the larger the files are. */
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

/** Of runs that were handed over together nobody knows which one never ends, so that each is to be run by itself. */
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

import type { ActiveRuns } from './lone-runs.ts'
import { RestartTimes } from './restart-times.ts'
import { RunDeaths } from './run-deaths.ts'

/** State shared by the engines of a machine. */
export interface EngineGroup {
  activeRuns: ActiveRuns
  /** How long restarts take. */
  restartTimes: RestartTimes
  /** Which models crash engines. */
  runDeaths: RunDeaths
}

export const newEngineGroup = (): EngineGroup => ({
  activeRuns: { count: 0 },
  restartTimes: new RestartTimes(),
  runDeaths: new RunDeaths(),
})

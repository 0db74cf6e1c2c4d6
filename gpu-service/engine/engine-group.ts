import type { Crowd } from './lone-runs.ts'
import { ReturnTimes } from './return-times.ts'
import { RunDeaths } from './run-deaths.ts'

/** State shared by the engines of a machine. */
export interface EngineGroup {
  crowd: Crowd
  /** How long restarts take. */
  returnTimes: ReturnTimes
  /** Which models crash engines. */
  runDeaths: RunDeaths
}

export const newEngineGroup = (): EngineGroup => ({
  crowd: { running: 0 },
  returnTimes: new ReturnTimes(),
  runDeaths: new RunDeaths(),
})

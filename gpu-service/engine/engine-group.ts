import type { Crowd } from './lone-runs.ts'
import { ReturnTimes } from './return-times.ts'
import { RunDeaths } from './run-deaths.ts'

/** What the engines that share a machine know of each other. */
export interface EngineGroup {
  crowd: Crowd
  /** How soon one that died is there again. */
  returnTimes: ReturnTimes
  /** Which models end them. */
  runDeaths: RunDeaths
}

export const newEngineGroup = (): EngineGroup => ({
  crowd: { running: 0 },
  returnTimes: new ReturnTimes(),
  runDeaths: new RunDeaths(),
})

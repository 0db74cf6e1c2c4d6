import { describe, expect, it } from 'vitest'
import { EngineDied, ModelEndsEngines } from '../../../../gpu-service/engine/engine.ts'
import { newEngineGroup } from '../../../../gpu-service/engine/engine-group.ts'
import { RunDeaths } from '../../../../gpu-service/engine/run-deaths.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { workerUrl } from '../support/worker-url.ts'

const byItself = new EngineDied('it ended by itself, code 7', { isByItself: true })
const outcomes = (deaths: RunDeaths, count: number, error = byItself) =>
  Array.from({ length: count }, () => deaths.died('model', error)).filter((lost) => lost !== undefined)

describe('RunDeaths', () => {
  it('forgets a model that is unloaded', async () => {
    const group = newEngineGroup()
    const engine = new WorkerEngine({ workerUrl, device: 'cpu', group })
    outcomes(group.runDeaths, 11)
    await engine.unload({ modelId: 'model' })
    expect(outcomes(group.runDeaths, 11)).toEqual([])
  })

  it('gives a model up after four inputs in a row have each ended three engines, with the reason', () => {
    const deaths = new RunDeaths()
    expect(outcomes(deaths, 11)).toEqual([])
    const [lost] = outcomes(deaths, 1)
    expect(lost).toBeInstanceOf(ModelEndsEngines)
    expect(lost?.message).toBe(
      '12 engines ended over its runs, one after the other, the last one so: it ended by itself, code 7',
    )
    expect(outcomes(deaths, 11)).toEqual([])
  })

  it('keeps a model that answers in between, or whose engines are killed from outside', () => {
    const deaths = new RunDeaths()
    outcomes(deaths, 11)
    deaths.answered('model')
    expect(outcomes(deaths, 11)).toEqual([])
    expect(outcomes(deaths, 100, new EngineDied('SIGKILL'))).toEqual([])
  })
})

import { expect, it } from 'vitest'
import { EngineDied, ModelHung } from '../../../../gpu-service/engine/engine.ts'
import { loadLimit, runLimit, startLimit } from '../../../../gpu-service/engine/time-limits.ts'

it('a load may take longer the larger its files are', () => {
  const limitOf = (fileBytes: number) => loadLimit({ modelId: 'm', path: 'm.onnx', fileBytes }, {}).timeMs
  expect(limitOf(0)).toBe(300_000)
  expect(limitOf(10e9)).toBe(1_300_000)
})

it('a model is given up for a load or a run that never ends, but not for one of several runs or a slow start', () => {
  const given = loadLimit({ modelId: 'm', path: 'm.onnx' }, {}).error()
  expect([given, runLimit({}, {}).error()]).toEqual([expect.any(ModelHung), expect.any(ModelHung)])
  for (const limit of [runLimit({ more: true }, {}), startLimit({})]) {
    expect(limit.error()).toBeInstanceOf(EngineDied)
    expect(limit.error()).not.toBeInstanceOf(ModelHung)
  }
})

import { expect, it } from 'vitest'
import { LoadFailures } from '../../../../gpu-service/deployments/load-failures.ts'
import { EngineDied, ModelHung } from '../../../../gpu-service/engine/engine.ts'
import { errors } from '../../../../shared/errors.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'

const item = (change: Partial<DeploymentItem> = {}) =>
  ({ repoId: 'r', revision: 'a', file: 'model.onnx', task: 'tensors', ...change }) as DeploymentItem

function start() {
  const clock = { nowMs: 0 }
  return { clock, failures: new LoadFailures({ now: () => clock.nowMs }) }
}

it('counts one failed load once for all deployments that share it', () => {
  const { failures } = start()
  const error = new Error('the engine died')
  expect([failures.note(item(), error), failures.note(item({ name: 'other' }), error)]).toEqual([1, 1])
  expect(failures.note(item(), new Error('the engine died'))).toBe(2)
})

it('blocks only the file that failed, not its other tasks or revisions', () => {
  const { failures, clock } = start()
  failures.note(item(), new Error('no graph'))
  expect(failures.reasonToRest(item())).toBe('no graph')
  for (const other of [{ task: 'fill-mask' }, { revision: 'b' }, { file: 'other.onnx' }, { repoId: 's' }])
    expect(failures.reasonToRest(item(other))).toBeUndefined()
  clock.nowMs = 1000
  expect(failures.reasonToRest(item())).toBeUndefined()
})

it('blocks a model that hung for an hour, and not for ever', () => {
  const { failures, clock } = start()
  failures.note(item(), new ModelHung('a run did not come to an end'))
  expect(failures.isHopeless(item())).toBe(true)
  clock.nowMs = 3_599_999
  expect(failures.reasonToRest(item())).toBeDefined()
  clock.nowMs++
  expect(failures.reasonToRest(item())).toBeUndefined()
})

it('tells when a retry may succeed, later after each failure, and starts anew once the model was loaded', () => {
  const { failures, clock } = start()
  const told = () => [failures.isHopeless(item()), failures.retryAfterSeconds(item())]
  expect(told()).toEqual([false, undefined])
  for (const expected of [
    [false, 1],
    [false, 2],
    [true, 4],
    [true, 8],
  ]) {
    failures.note(item(), new Error('the store does not answer'))
    expect(told()).toEqual(expected)
  }
  clock.nowMs += 5500
  expect(told()).toEqual([true, 3])
  clock.nowMs += 60_000
  expect(told()).toEqual([true, 1])
  for (let times = 0; times < 10; times++) failures.note(item(), new Error('the store does not answer'))
  expect(told()).toEqual([true, 300])
  failures.forget(item())
  expect(told()).toEqual([false, undefined])
  expect(failures.note(item(), new Error('once'))).toBe(1)
})

it('tells clients not to retry a model that cannot be served, that hung, or that keeps killing engines', () => {
  const told = (...made: Error[]) => {
    const { failures } = start()
    for (const error of made) failures.note(item(), error)
    return [failures.isHopeless(item()), failures.retryAfterSeconds(item())]
  }
  const died = () => new EngineDied('SIGKILL')
  expect(told(errors.modelFailed('m', 'no graph'))).toEqual([true, undefined])
  expect(told(new ModelHung('a load did not come to an end'))).toEqual([true, undefined])
  expect(told(died(), died(), died())).toEqual([true, undefined])
  expect(told(died(), died())).toEqual([false, 2])
  expect(told(errors.modelNotReady('m', 'it waits for memory', 1))).toEqual([false, 1])
})

it('remembers the last thousand failed files', () => {
  const { failures } = start()
  for (let file = 0; file < 1500; file++) failures.note(item({ file: String(file) }), new Error('no'))
  const resting = Array.from({ length: 1500 }, (_, file) => failures.reasonToRest(item({ file: String(file) })))
  expect(resting.findIndex((reason) => reason !== undefined)).toBe(500)
  failures.note(item({ file: '500' }), new Error('again'))
  failures.note(item({ file: 'new' }), new Error('no'))
  expect(failures.reasonToRest(item({ file: '500' }))).toBe('again')
  expect(failures.reasonToRest(item({ file: '501' }))).toBeUndefined()
})

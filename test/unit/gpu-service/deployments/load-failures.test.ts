import { expect, it } from 'vitest'
import { LoadFailures } from '../../../../gpu-service/deployments/load-failures.ts'
import { ModelHung } from '../../../../gpu-service/engine/engine.ts'
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

it('remembers the last thousand failed files', () => {
  const { failures } = start()
  for (let file = 0; file < 1500; file++) failures.note(item({ file: String(file) }), new Error('no'))
  const resting = Array.from({ length: 1500 }, (_, file) => failures.reasonToRest(item({ file: String(file) })))
  expect(resting.findIndex((reason) => reason !== undefined)).toBe(500)
})

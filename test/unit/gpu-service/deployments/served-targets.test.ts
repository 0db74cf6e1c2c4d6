import { expect, it } from 'vitest'
import { chooseTarget } from '../../../../gpu-service/deployments/choose-target.ts'
import type { DeploymentSlot } from '../../../../gpu-service/deployments/deployment-slot.ts'
import { assignSlots } from '../../../../gpu-service/deployments/served-targets.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'

const alias = { target: 'a/b@champion', repo: 'a/b', repoId: 'r', ref: 'champion', task: 'tensors', file: 'model.onnx' }
const before = { ...alias, revision: '1'.repeat(40), weight: 75 }
const after = { ...alias, revision: '2'.repeat(40), weight: 25, follows: true }

function targetsOf(targets: DeploymentItem['targets']) {
  const item = { ...before, targets, name: 'd', owner: 'a', createdAt: '', createdBy: 'u' }
  const create = (own: DeploymentItem, label: string) => ({ item: own, label }) as DeploymentSlot
  return assignSlots({ item, before: [], shadowBefore: undefined, create }).targets
}

const keys = Array.from({ length: 4000 }, (_, n) => `session-${n}`)

it('splits callers between two targets of one name, one following the alias and one fixed', () => {
  const targets = targetsOf([before, after])
  const given = keys.filter((key) => chooseTarget({ targets, key })?.index === 1).length
  expect(given / keys.length).toBeCloseTo(0.25, 1)
})

it('keeps the identity of a target across revisions and neighbours', () => {
  const [standing] = targetsOf([before])
  expect(targetsOf([{ ...before, revision: '3'.repeat(40) }, after])[0]?.id).toBe(standing?.id)
})

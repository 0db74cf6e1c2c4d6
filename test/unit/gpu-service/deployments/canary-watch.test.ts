import { describe, expect, it } from 'vitest'
import { CanaryWatch, type Verdict } from '../../../../gpu-service/deployments/canary-watch.ts'
import { DeploymentSlot } from '../../../../gpu-service/deployments/deployment-slot.ts'
import { LoadFailures } from '../../../../gpu-service/deployments/load-failures.ts'
import { RequestLimits } from '../../../../gpu-service/deployments/request-limits.ts'
import { ServedDeployment } from '../../../../gpu-service/deployments/served-deployment.ts'
import type { SlotParts } from '../../../../gpu-service/deployments/slot-parts.ts'
import { errors } from '../../../../shared/errors.ts'
import { createLogger } from '../../../../shared/log.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'

const log = createLogger({ level: 'silent', name: 'test' })
const now = () => 0
const target = { target: 'a/b@main', repo: 'a/b', repoId: 'r', ref: 'main', task: 'tensors', file: 'model.onnx' }
const targets = ['1', '2'].map((revision) => ({ ...target, revision: revision.repeat(40) }))
const item: DeploymentItem = {
  ...target,
  name: 'guarded',
  owner: 'a',
  revision: '1'.repeat(40),
  targets,
  canary: { maxErrorRate: 0.1, minRequests: 10, windowSeconds: 60 },
  createdAt: '2026-11-20T00:00:00.000Z',
  createdBy: 'u',
}

/** A deployment whose targets fail to load with this error. */
function start(fail: () => Error) {
  const acquire = () => Promise.reject(fail())
  const parts = { models: { acquire }, now, log, failures: new LoadFailures({ now }) } as unknown as SlotParts
  const create = (own: DeploymentItem) => new DeploymentSlot(own, parts)
  const use = { of: () => 0, add() {}, secondsLeft: () => 0 }
  const limits = new RequestLimits({
    deployment: 'guarded',
    replicaCount: () => 1,
    use: use as unknown as ConstructorParameters<typeof RequestLimits>[0]['use'],
    now,
    count() {},
  })
  const deployment = new ServedDeployment({ item, create, limits, now })
  deployment.follow(item, true)
  const verdicts: Verdict[] = []
  const watch = new CanaryWatch({ rollBack: async (verdict) => void verdicts.push(verdict), log })
  return {
    verdicts,
    async tryToLoad() {
      await Promise.all(deployment.slots.map((slot) => slot.load()))
      await watch.judge(deployment)
    },
  }
}

describe('a target that a replica could not load', () => {
  it('is rolled back for all replicas only after several tries, because the next may succeed', async () => {
    const { verdicts, tryToLoad } = start(() => new Error('the store does not answer'))
    await tryToLoad()
    await tryToLoad()
    expect(verdicts).toEqual([])
    await tryToLoad()
    expect(verdicts).toMatchObject([{ target: targets[1], reason: expect.stringContaining('does not answer') }])
  })

  it('is rolled back at once if no replica could ever serve it', async () => {
    const { verdicts, tryToLoad } = start(() => errors.unsupportedModel('"model.onnx" has no output'))
    await tryToLoad()
    expect(verdicts).toMatchObject([{ target: targets[1], reason: expect.stringContaining('has no output') }])
  })
})

import { describe, expect, it } from 'vitest'
import { toDeployment } from '../../../functions/registry/deployment-state.ts'
import type { ReplicaStatus } from '../../../shared/contract/deployment.ts'

const target = { target: 'a/b@main', repo: 'a/b', repoId: '0'.repeat(24), ref: 'main', revision: 'r', file: 'f' }
const item = { ...target, task: 'tensors', name: 'd', owner: 'a', min: 1, max: 1, createdAt: '', createdBy: '' }

function replica(
  id: string,
  state: 'READY' | 'LOADING' | 'FAILED',
  { isKeeper = true, isResident = false } = {},
): ReplicaStatus {
  const says = { target: target.target, revision: 'r', file: 'f', state, isResident, queued: 0, answered: 0, failed: 0 }
  return {
    ...{ id, state, revision: 'r', targets: [says], updatedAt: '' },
    ...(state === 'FAILED' && { reason: 'it is broken' }),
    ...(!isKeeper && { isKeeper }),
  }
}
const keeper = (state: 'READY' | 'LOADING' | 'FAILED') => replica('keeper', state, { isResident: state === 'READY' })
const untested = replica('other', 'READY', { isKeeper: false })
const loaded = replica('other', 'READY', { isKeeper: false, isResident: true })

describe('a deployment that at most `max` replicas keep loaded', () => {
  it.each([
    ['none that keeps it has told of it, and nobody knows whether it can be loaded', [untested], 'LOADING'],
    ['none that keeps it has told of it, and another has loaded it for who asked', [loaded], 'READY'],
    ['none can keep it', [keeper('FAILED'), untested], 'FAILED'],
    ['none can keep it, and another had loaded it before', [keeper('FAILED'), loaded], 'FAILED'],
    ['one that keeps it still loads it', [keeper('LOADING'), untested], 'LOADING'],
    ['one that keeps it has it', [keeper('READY'), replica('other', 'FAILED', { isKeeper: false })], 'READY'],
  ] as const)('and its target, where %s, are as that says: %j is %s', (_what, replicas, state) => {
    const deployment = toDeployment(item, { replicas, alive: [] })
    expect([deployment.state, deployment.targets[0]?.state]).toEqual([state, state])
    expect(deployment.reason).toBe(state === 'FAILED' ? 'it is broken' : undefined)
  })

  it('counts none as one of the replicas wanted that only answers when it is asked', () => {
    const wanted = { ...item, min: 2 }
    const drift = (replicas: readonly ReplicaStatus[]) => toDeployment(wanted, { replicas, alive: [] }).drift
    expect(drift([loaded])).toEqual(['0 of the 1 replicas wanted answer.'])
    expect(drift([keeper('READY'), untested])).toEqual([])
  })

  it('shows which of its replicas keep it', () => {
    const { replicas } = toDeployment(item, { replicas: [keeper('READY'), untested], alive: [] })
    expect(replicas.map(({ id, isKeeper }) => [id, isKeeper])).toEqual([
      ['keeper', undefined],
      ['other', false],
    ])
  })
})

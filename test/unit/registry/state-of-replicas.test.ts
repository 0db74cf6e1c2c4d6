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

describe('a deployment after a change', () => {
  const changed = { ...item, version: 3, createdAt: '2026-11-20T00:00:00.000Z' }
  const { createdAt } = changed
  const says = (id: string, observed: ReplicaStatus['observed']): ReplicaStatus => ({
    ...replica(id, 'READY', { isResident: true }),
    observed,
    baseUrl: 'https://gpu.example',
  })
  const stateWith = (...replicas: ReplicaStatus[]) => {
    const { state, targets } = toDeployment(changed, { replicas, alive: [] })
    return [state, targets[0]?.state]
  }

  it.each([
    ['all replicas have the previous version', [says('one', { version: 2, createdAt })], 'PENDING'],
    [
      'one replica has this version',
      [says('one', { version: 2, createdAt }), says('two', { version: 3, createdAt })],
      'READY',
    ],
    ['one replica has a later version', [says('one', { version: 4, createdAt })], 'READY'],
    [
      'one replica reports a former deployment of that name',
      [says('one', { version: 9, createdAt: '2026-11-19T00:00:00.000Z' })],
      'PENDING',
    ],
    ['one replica reports no version, but its revision', [says('one', undefined)], 'READY'],
  ] as const)('with its target, if %s: %j is %s', (_what, replicas, state) => {
    expect(stateWith(...replicas)).toEqual([state, state])
  })

  it('has the address of its pool before any replica applied the change', () => {
    const told = { startedAt: createdAt, updatedAt: createdAt }
    const alive = [
      { id: 'old', ...told },
      { id: 'one', baseUrl: 'https://pool.example', ...told },
    ]
    const urlWith = (...replicas: ReplicaStatus[]) => toDeployment(changed, { replicas, alive }).url
    expect(urlWith()).toBe('https://pool.example/api/v1/predict/d')
    expect(urlWith(says('one', { version: 3, createdAt }))).toBe('https://gpu.example/api/v1/predict/d')
    expect(toDeployment(changed, { replicas: [], alive: [] }).url).toBe('/api/v1/predict/d')
  })

  it('has no address if it is served on another host and no replica is running', () => {
    const { url, drift } = toDeployment(changed, { replicas: [], alive: [], isServedHere: false })
    expect(url).toBeUndefined()
    expect(drift).toEqual(['No replica of the pool "default" is running.'])
    const alive = [{ id: 'one', baseUrl: 'https://pool.example', startedAt: createdAt, updatedAt: createdAt }]
    const told = toDeployment(changed, { replicas: [], alive, isServedHere: false })
    expect(told.url).toBe('https://pool.example/api/v1/predict/d')
  })

  it('names the replicas that have not applied the change, and keeps its address', () => {
    const behind = says('one', { version: 2, createdAt })
    const { drift, url, replicas } = toDeployment(changed, { replicas: [behind], alive: [] })
    expect(drift).toEqual(['one does not follow version 3 yet.'])
    expect(url).toBe('https://gpu.example/api/v1/predict/d')
    expect(replicas).toMatchObject([{ id: 'one', observed: { version: 2, createdAt } }])
    expect(toDeployment(changed, { replicas: [says('one', { version: 3, createdAt })], alive: [] }).drift).toEqual([])
  })
})

describe('a deployment that at most `max` replicas keep loaded', () => {
  it.each([
    ['no keeper has reported', [untested], 'LOADING'],
    ['no keeper has reported, but another replica has loaded it', [loaded], 'READY'],
    ['no keeper can load it', [keeper('FAILED'), untested], 'FAILED'],
    ['no keeper can load it, but another replica has', [keeper('FAILED'), loaded], 'FAILED'],
    ['a keeper is loading it', [keeper('LOADING'), untested], 'LOADING'],
    ['a keeper has loaded it', [keeper('READY'), replica('other', 'FAILED', { isKeeper: false })], 'READY'],
  ] as const)('with its target, if %s: %j is %s', (_what, replicas, state) => {
    const deployment = toDeployment(item, { replicas, alive: [] })
    expect([deployment.state, deployment.targets[0]?.state]).toEqual([state, state])
    expect(deployment.reason).toBe(state === 'FAILED' ? 'it is broken' : undefined)
  })

  it('does not count replicas that only load on demand as wanted ones', () => {
    const wanted = { ...item, min: 2 }
    const drift = (replicas: readonly ReplicaStatus[]) => toDeployment(wanted, { replicas, alive: [] }).drift
    expect(drift([loaded])).toEqual(['0 of the 1 replicas wanted answer.'])
    expect(drift([keeper('READY'), untested])).toEqual([])
  })

  it('shows which replicas keep it loaded', () => {
    const { replicas } = toDeployment(item, { replicas: [keeper('READY'), untested], alive: [] })
    expect(replicas.map(({ id, isKeeper }) => [id, isKeeper])).toEqual([
      ['keeper', undefined],
      ['other', false],
    ])
  })
})

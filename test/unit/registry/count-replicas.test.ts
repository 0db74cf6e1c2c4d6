import { expect, it } from 'vitest'
import { toDeployment } from '../../../functions/registry/deployment-state.ts'
import type { ReplicaStatus } from '../../../shared/contract/deployment.ts'

const createdAt = '2026-11-20T00:00:00.000Z'
const target = { target: 'a/b@main', repo: 'a/b', repoId: '0'.repeat(24), ref: 'main', revision: 'r', file: 'f' }
const item = { ...target, task: 'tensors', name: 'd', owner: 'a', version: 3, createdAt, createdBy: '' }

const replica = (id: string, more: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  ...{ id, state: 'READY', revision: 'r', observed: { version: 3, createdAt }, updatedAt: '' },
  ...more,
})
const behind = { observed: { version: 2, createdAt } }
const alive = (...ids: string[]) => ids.map((id) => ({ id, startedAt: createdAt, updatedAt: createdAt }))

it.each([
  ['one of three has applied the change', {}, [replica('a'), replica('b', behind), replica('c', behind)], [], '1/3'],
  ['one still serves the previous revision', {}, [replica('a'), replica('b', { revision: 'q' })], [], '1/2'],
  ['one is still loading', {}, [replica('a'), replica('b', { state: 'LOADING' })], [], '1/2'],
  ['one of the pool has not seen it yet', {}, [replica('a')], alive('a', 'b'), '1/2'],
  ['fewer run than are wanted', { min: 4 }, [replica('a'), replica('b')], alive('a', 'b'), '2/4'],
  ['only some keep it', { max: 1 }, [replica('a'), replica('b', { isKeeper: false })], alive('a', 'b', 'c'), '1/1'],
  ['none is running', {}, [], [], '0/1'],
  ['it is loaded on demand', { min: 0 }, [replica('a')], alive('a'), '1/0'],
  ['it is paused', { isPaused: true }, [replica('a', { state: 'PAUSED' })], alive('a'), '0/0'],
] as const)(
  'a deployment counts ready and wanted replicas of its version: %s',
  (_which, settings, replicas, pool, told) => {
    const { readyReplicas, wantedReplicas } = toDeployment({ ...item, ...settings }, { replicas, alive: pool })
    expect(`${readyReplicas}/${wantedReplicas}`).toBe(told)
  },
)

import type { ReplicaStatus, ReplicaTarget } from '../../shared/contract/deployment.ts'
import type { DeploymentSlot } from './deployment-slot.ts'
import type { ServedDeployment } from './served-deployment.ts'

/** This replica's report on a deployment. It describes the desired targets, even while an older one still answers. */
export function reportOf(deployment: ServedDeployment): Omit<ReplicaStatus, 'id' | 'updatedAt'> {
  const { item, targets, shadow, limits, isKeeper } = deployment
  const state = stateOf(targets.map(({ slot }) => slot.state.is))
  const reason = state === 'READY' ? undefined : targets.map(({ slot }) => slot.state.reason).find(isText)
  return {
    state,
    ...(reason !== undefined && { reason }),
    revision: item.revision,
    observed: { version: item.version ?? 0, createdAt: item.createdAt },
    ...(!isKeeper && item.min !== 0 && { isKeeper }),
    ...(limits.slots.max !== undefined && { inFlight: limits.slots.taken }),
    targets: [
      ...targets.map(({ slot, standIn }) => ({
        ...targetOf(slot),
        ...(standIn?.served !== undefined && { standIn: standIn.item.revision }),
      })),
      ...(shadow === undefined ? [] : [{ ...targetOf(shadow), isShadow: true }]),
    ],
  }
}

/** The part of a report whose changes are written at once; the rest waits for the heartbeat. */
export const urgentPartOf = ({ targets = [], inFlight: _, ...status }: ReturnType<typeof reportOf>): string =>
  JSON.stringify([
    status,
    targets.map(({ queued: __, answered: ___, failed: ____, isResident: _____, ...urgentPart }) => urgentPart),
  ])

function targetOf(slot: DeploymentSlot): ReplicaTarget {
  const { item, served, outcomes, loadSeconds, model } = slot
  const { is: state, reason } = slot.state
  const keptFault = model?.keptFault
  return {
    target: item.target,
    revision: item.revision,
    file: item.file,
    state,
    ...(reason !== undefined && { reason }),
    isResident: model?.isResident === true,
    ...(keptFault !== undefined && { isKeptLoaded: false, notKeptBecause: keptFault }),
    ...(loadSeconds !== undefined && { loadSeconds: Math.round(loadSeconds * 1000) / 1000 }),
    queued: (served?.queues ?? []).reduce((total, { depth }) => total + depth, 0),
    answered: outcomes.answered,
    failed: outcomes.failed,
  }
}

/** One serving target is enough to be ready; failed means that none serves or is still trying. */
function stateOf(states: readonly DeploymentSlot['state']['is'][]): ReplicaStatus['state'] {
  if (states.length === 0) return 'PAUSED'
  return (['READY', 'LOADING'] as const).find((state) => states.includes(state)) ?? 'FAILED'
}

const isText = (text: string | undefined): boolean => text !== undefined

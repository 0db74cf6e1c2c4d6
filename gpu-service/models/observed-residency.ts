import type { Metrics } from '../../shared/metrics.ts'
import { Residency } from './residency.ts'

/** A residency that exports its numbers as metrics. */
export function observedResidency({ metrics, ...limits }: ObservedResidency): Residency {
  const { modelEvictions, modelsResident, modelMemory } = metrics
  const residency = new Residency({ ...limits, onEviction: (reason) => modelEvictions.inc({ reason }) })
  Object.assign(modelsResident, { collect: () => modelsResident.set(residency.residentCount) })
  Object.assign(modelMemory, { collect: () => modelMemory.set(residency.heldBytes) })
  return residency
}

interface ObservedResidency {
  maxBytes: number
  waitMsMax: number
  metrics: Metrics
}

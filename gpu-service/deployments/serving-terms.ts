import { explainPrecision, type ModelDevice } from '../../shared/model/precision.ts'
import type { DeploymentItem, DeploymentSettings } from '../../shared/table/deployments.ts'

const defaultIdleSeconds = 300

/** Which model a deployment needs, and for how long it stays loaded. */
export const leaseTermsOf = ({ name, repo, repoId, revision, file, task, isolate, ...item }: DeploymentItem) => ({
  ...{ deployment: name, repo, repoId, revision, file, task, isolate },
  ...stayOf(item),
})

/** A model without a keeper is loaded by its first request, and unloaded when idle. */
const stayOf = ({ min = 1, idleSeconds = defaultIdleSeconds }: DeploymentSettings) =>
  min === 0 ? { loadsOnDemand: true, idleMsMax: idleSeconds * 1000 } : {}

/** Why this file is served, and the deployment's other terms, for `/info`. */
export function describeTerms(
  { task, file, wantedFile, precision: wanted, min = 1 }: DeploymentItem,
  { device }: { device: ModelDevice },
) {
  // Trees and scalers have no weights with a precision.
  if (task.startsWith('tabular-')) return { isKeptLoaded: min > 0 }
  const { precision, why } = explainPrecision({ file, asked: wantedFile ?? wanted, device })
  return { precision, precisionChosenBecause: why, isKeptLoaded: min > 0 }
}

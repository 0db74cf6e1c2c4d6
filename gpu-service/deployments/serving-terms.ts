import { explainPrecision, type ModelDevice } from '../../shared/model/precision.ts'
import type { DeploymentItem, DeploymentSettings } from '../../shared/table/deployments.ts'

const defaultIdleSeconds = 300

/** Which model a deployment needs, and how long that stays in the engines. */
export const leaseTermsOf = ({ name, repo, repoId, revision, file, task, isolate, ...item }: DeploymentItem) => ({
  ...{ deployment: name, repo, repoId, revision, file, task, isolate },
  ...stayOf(item),
})

/** One that nobody needs to keep loaded comes with its first request, and leaves when nobody asks it any more. */
const stayOf = ({ min = 1, idleSeconds = defaultIdleSeconds }: DeploymentSettings) =>
  min === 0 ? { loadsOnDemand: true, idleMsMax: idleSeconds * 1000 } : {}

/** Why this file is served and not another, and what the deployment asks for besides. */
export function describeTerms(
  { task, file, wantedFile, precision: wanted, min = 1 }: DeploymentItem,
  { device }: { device: ModelDevice },
) {
  // Trees and scalers have no weights that could be held more or less exactly.
  if (task.startsWith('tabular-')) return { isKeptLoaded: min > 0 }
  const { precision, why } = explainPrecision({ file, asked: wantedFile ?? wanted, device })
  return { precision, precisionChosenBecause: why, isKeptLoaded: min > 0 }
}

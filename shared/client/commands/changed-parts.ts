import type { ChangeDeployment, Deployment } from '../../contract/deployment.ts'

/**
 * The API replaces `limits`, `canary` and `resultCache` as a whole, so a partial change is merged with the current
 * values; `null` removes one.
 */
export function besideWhatStands(change: ChangeDeployment, standing: Deployment): ChangeDeployment {
  const { limits, canary, resultCache, ...others } = change
  const rule = canary && merged(standing.canary, canary)
  const isJudged = rule?.maxErrorRate !== undefined || rule?.maxLatencyRatio !== undefined
  return {
    ...others,
    ...(limits && { limits: merged(standing.limits, limits) }),
    ...(canary && { canary: isJudged || standing.canary === undefined ? rule : null }),
    ...(resultCache && { resultCache: merged(standing.resultCache, resultCache) }),
  }
}

function merged<Part extends object>(standing: Part | undefined, asked: Part): Part | null {
  const fields = Object.entries({ ...standing, ...asked }).filter(([, value]) => value !== null && value !== undefined)
  return fields.length === 0 ? null : (Object.fromEntries(fields) as Part)
}

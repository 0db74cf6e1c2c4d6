import type { CanaryRule } from '../../shared/table/deployments.ts'
import type { Sample } from './latency-window.ts'

/** Why to take a target out of service, compared with the deployment's first target; `undefined` to keep it. */
export function judgeCanary({ rule, baseline, candidate }: JudgeCanary): string | undefined {
  const { maxErrorRate, maxLatencyRatio, minRequests, windowSeconds } = rule
  const requests = candidate.answered + candidate.failed
  if (requests < minRequests) return undefined
  const of = `of its last ${requests} requests within ${windowSeconds} s`
  const errorRate = candidate.failed / requests
  // Callers' mistakes fail on every target.
  const usual = baseline.answered + baseline.failed < minRequests ? 0 : rateOf(baseline)
  if (maxErrorRate !== undefined && errorRate - usual > maxErrorRate)
    return `${percent(errorRate)} ${of} failed, and ${percent(usual)} of the first target's; ${percent(maxErrorRate)} more are allowed.`
  // Too few answers of the first target to compare with.
  if (maxLatencyRatio === undefined || baseline.answered < minRequests || candidate.answered < minRequests)
    return undefined
  const ratio = candidate.p95Ms / baseline.p95Ms
  if (ratio <= maxLatencyRatio) return undefined
  return `95 % ${of} took up to ${candidate.p95Ms.toFixed(1)} ms, ${ratio.toFixed(1)} times as long as those of the first target (${baseline.p95Ms.toFixed(1)} ms); ${maxLatencyRatio} times is allowed.`
}

interface JudgeCanary {
  rule: CanaryRule
  baseline: Sample
  candidate: Sample
}

const rateOf = ({ answered, failed }: Sample): number => failed / (answered + failed)

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

import type { Deployment } from '../../contract/deployment.ts'
import { limitWords } from './limit-words.ts'

/** A deployment's settings, one readable line each. */
export function settingWords(deployment: Deployment): string[] {
  const { owner, pool, min, max, idleSeconds, isolate, stickyBy, resultCache, limits, canary } = deployment
  const settings = [
    `owner ${owner}`,
    `pool ${pool}`,
    `min ${min}`,
    max === undefined ? [] : `max ${max}`,
    idleSeconds === undefined ? [] : `idle ${idleSeconds} s`,
    `isolate ${isolate}`,
    `sticky by ${stickyBy}`,
    resultCache === undefined ? [] : `cache of ${resultCache.entries} answers`,
  ].flat()
  return [
    settings.join(', '),
    limits === undefined ? [] : `limits: ${limitWords(limits).join(', ')}`,
    canary === undefined ? [] : `canary: ${canaryWords(canary)}`,
  ].flat()
}

function canaryWords(rule: NonNullable<Deployment['canary']>): string {
  const { maxErrorRate, maxLatencyRatio, minRequests, windowSeconds } = rule
  const bounds = [
    maxErrorRate === undefined ? [] : `at most ${Math.round(maxErrorRate * 1e4) / 100} % more errors`,
    maxLatencyRatio === undefined ? [] : `a p95 at most ${maxLatencyRatio} times the first target's`,
  ].flat()
  return `${bounds.join(', ')}; by ${minRequests} requests or more within ${windowSeconds} s`
}

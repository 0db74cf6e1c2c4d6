import type { Logger } from '../../shared/log.ts'
import type { CanaryRule, DeploymentTarget } from '../../shared/table/deployment-item.ts'
import { judgeCanary } from './judge-canary.ts'
import type { Sample } from './latency-window.ts'
import type { ServedDeployment } from './served-deployment.ts'
import type { ServedTarget } from './served-targets.ts'

interface CanaryWatchOptions {
  /** Writes a verdict to the table, for every replica. */
  rollBack: (verdict: Verdict) => Promise<void>
  log: Logger
}

export interface Verdict {
  deployment: string
  target: DeploymentTarget
  reason: string
}

/** Judges canary targets by this replica's observations, and takes failing ones out of service. */
export class CanaryWatch {
  readonly #options: CanaryWatchOptions

  constructor(options: CanaryWatchOptions) {
    this.#options = options
  }

  /** Resolves when the verdict is in the table; a failed write is repeated by the next call. */
  async judge({ item, targets }: ServedDeployment): Promise<void> {
    const rule = item.canary
    if (rule === undefined) return
    const baseline = targets.find(({ index }) => index === 0)
    for (const candidate of targets) {
      if (candidate.index === 0) continue
      const reason = verdictOn({ rule, candidate, baseline })
      if (reason === undefined) continue
      // Immediately on this replica, however long the table takes.
      candidate.weight = 0
      const { target } = candidate
      const about = { deployment: item.name, target: target.target, revision: target.revision, reason }
      const { rollBack, log } = this.#options
      try {
        await rollBack({ deployment: item.name, target, reason })
        log.warn(about, 'a target was taken out of service')
      } catch (error) {
        log.error({ ...about, err: error }, 'a target is out of service here, but the other replicas do not know')
      }
    }
  }
}

function verdictOn({ rule, candidate, baseline }: VerdictOn): string | undefined {
  const { state } = candidate.slot
  // A verdict applies to every replica, so a passing problem of this one must not cause it.
  if (state.isHopeless) return `It could not be loaded: ${state.reason ?? 'the reason is unknown.'}`
  return judgeCanary({ rule, baseline: sampleOf(baseline), candidate: sampleOf(candidate) })
}

interface VerdictOn {
  rule: CanaryRule
  candidate: ServedTarget
  baseline: ServedTarget | undefined
}

const sampleOf = (target: ServedTarget | undefined): Sample =>
  target?.slot.outcomes.window?.sample() ?? { answered: 0, failed: 0, p95Ms: 0 }

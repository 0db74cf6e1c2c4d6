import type { Logger } from '../../shared/log.ts'
import type { CanaryRule, DeploymentTarget } from '../../shared/table/deployment-item.ts'
import { judgeCanary } from './judge-canary.ts'
import type { Sample } from './latency-window.ts'
import type { ServedDeployment } from './served-deployment.ts'
import type { ServedTarget } from './served-targets.ts'

interface CanaryWatchOptions {
  /** Writes a verdict down for every replica. */
  rollBack: (verdict: Verdict) => Promise<void>
  log: Logger
}

export interface Verdict {
  deployment: string
  target: DeploymentTarget
  reason: string
}

/** Judges the targets of deployments by what this replica sees of them, and takes out of service what fails. */
export class CanaryWatch {
  readonly #options: CanaryWatchOptions

  constructor(options: CanaryWatchOptions) {
    this.#options = options
  }

  /** Fulfilled when what was decided stands in the table. What could not be written is decided again the next time. */
  async judge({ item, targets }: ServedDeployment): Promise<void> {
    const rule = item.canary
    if (rule === undefined) return
    const baseline = targets.find(({ index }) => index === 0)
    for (const candidate of targets) {
      if (candidate.index === 0) continue
      const reason = verdictOn({ rule, candidate, baseline })
      if (reason === undefined) continue
      // At once here, however long the table takes.
      candidate.weight = 0
      const { target } = candidate
      const about = { deployment: item.name, target: target.target, revision: target.revision, reason }
      const { rollBack, log } = this.#options
      try {
        await rollBack({ deployment: item.name, target, reason })
        log.warn(about, 'a target was taken out of service')
      } catch (error) {
        log.error({ ...about, err: error }, 'a target is out of service here, but the others do not know')
      }
    }
  }
}

function verdictOn({ rule, candidate, baseline }: VerdictOn): string | undefined {
  const { slot } = candidate
  // Every replica gives it up with this one, and a moment's trouble here says nothing of the target.
  if (slot.isHopeless) return `It could not be loaded: ${slot.reason ?? 'the reason is unknown.'}`
  return judgeCanary({ rule, baseline: sampleOf(baseline), candidate: sampleOf(candidate) })
}

interface VerdictOn {
  rule: CanaryRule
  candidate: ServedTarget
  baseline: ServedTarget | undefined
}

const sampleOf = (target: ServedTarget | undefined): Sample =>
  target?.slot.outcomes.window?.sample() ?? { answered: 0, failed: 0, p95Ms: 0 }

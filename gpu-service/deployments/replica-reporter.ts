import type { ReplicaStatus } from '../../shared/contract/deployment.ts'
import { createKeyedMutex } from '../../shared/keyed-mutex.ts'
import type { Logger } from '../../shared/log.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { keepsLoaded } from './keeps-loaded.ts'
import { reportOf, urgentPartOf } from './replica-report.ts'
import type { ServedDeployment } from './served-deployment.ts'

interface ReplicaReporterOptions {
  replicaId: string
  write: (deployment: string, status: ReplicaStatus) => Promise<void>
  remove: (deployment: string) => Promise<void>
  /** Writes a heartbeat; resolves with the replicas of the pool. */
  beat: () => Promise<readonly string[]>
  leave: () => Promise<void>
  now: () => number
  log: Logger
  /** The maximum age of the heartbeat, and of a busy deployment's counts. */
  heartbeatMs: number
  /** The maximum age of an unchanged report. */
  refreshMs?: number
}

interface Reported {
  urgentPart: string
  counts: string
  atMs: number
}

/** Reports what this replica serves: changes at once, counts periodically, and one heartbeat for all. */
export class ReplicaReporter {
  readonly #options: Required<ReplicaReporterOptions>
  readonly #reported = new Map<string, Reported>()
  /** Sequences writes, because of two concurrent ones the older might win and stay for long. */
  readonly #mutex = createKeyedMutex()
  #beatAtMs = Number.NEGATIVE_INFINITY
  /** The replicas of the pool as of the last heartbeat; never empty. */
  replicas: readonly string[]

  constructor({ refreshMs = 600_000, ...options }: ReplicaReporterOptions) {
    this.#options = { refreshMs, ...options }
    this.replicas = [options.replicaId]
  }

  /** Whether this replica keeps a deployment loaded. */
  isKeeper(item: DeploymentItem): boolean {
    return keepsLoaded({ item, self: this.#options.replicaId, replicas: this.replicas })
  }

  /** Writes a heartbeat. */
  async beat(): Promise<void> {
    const { replicaId, beat, now, heartbeatMs, log } = this.#options
    if (now() - this.#beatAtMs < heartbeatMs) return
    try {
      const alive = await beat()
      this.replicas = alive.length === 0 ? [replicaId] : alive
      this.#beatAtMs = now()
    } catch (error) {
      log.warn({ err: error }, 'the heartbeat could not be written')
    }
  }

  /** Reports a deployment's news. A failed write is made up for by the next. */
  report(deployment: ServedDeployment): Promise<void> {
    return this.#mutex(deployment.item.name, () => this.#reportNews(deployment))
  }

  async #reportNews(deployment: ServedDeployment): Promise<void> {
    const { replicaId, write, now, heartbeatMs, refreshMs, log } = this.#options
    const { name } = deployment.item
    const status = reportOf(deployment)
    const [urgentPart, counts, nowMs] = [urgentPartOf(status), JSON.stringify(status), now()]
    const last = this.#reported.get(name)
    const ageMs = nowMs - (last?.atMs ?? Number.NEGATIVE_INFINITY)
    const isNews =
      last?.urgentPart !== urgentPart || (last.counts !== counts && ageMs >= heartbeatMs) || ageMs >= refreshMs
    if (!isNews) return
    try {
      await write(name, { id: replicaId, ...status, updatedAt: new Date(nowMs).toISOString() })
      this.#reported.set(name, { urgentPart, counts, atMs: nowMs })
    } catch (error) {
      // The write may still have succeeded.
      this.#reported.delete(name)
      log.warn({ err: error, deployment: name }, 'the report of a deployment could not be written')
    }
  }

  forget(deployment: string): Promise<void> {
    return this.#mutex(deployment, async () => {
      this.#reported.delete(deployment)
      await this.#options.remove(deployment)
    })
  }

  close(): Promise<void> {
    return this.#options.leave()
  }
}

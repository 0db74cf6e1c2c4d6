import type { ReplicaStatus } from '../../shared/contract/deployment.ts'
import type { Logger } from '../../shared/log.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { createTurns } from '../../shared/turns.ts'
import { isKeeper } from './keepers.ts'
import { gistOf, reportOf } from './replica-report.ts'
import type { ServedDeployment } from './served-deployment.ts'

interface ReplicaReporterOptions {
  replicaId: string
  write: (deployment: string, status: ReplicaStatus) => Promise<void>
  remove: (deployment: string) => Promise<void>
  /** Says that this replica is there; fulfilled with who is of its pool. */
  beat: () => Promise<readonly string[]>
  leave: () => Promise<void>
  now: () => number
  log: Logger
  /** How old the last sign of life, and the counts of a busy deployment, may be. */
  heartbeatMs: number
  /** How old the report of a deployment may become of which there is nothing new. */
  refreshMs?: number
}

interface Reported {
  gist: string
  counts: string
  atMs: number
}

/** Writes down what this replica serves: what changed at once, counts now and then, and one sign of life for all. */
export class ReplicaReporter {
  readonly #options: Required<ReplicaReporterOptions>
  readonly #reported = new Map<string, Reported>()
  /** Of two writes at once, the older might be the one that stays, and nothing would be new for a long time. */
  readonly #inTurn = createTurns()
  #beatAtMs = Number.NEGATIVE_INFINITY
  /** Who shares the work of the pool, as of the last sign of life: never nobody. */
  replicas: readonly string[]

  constructor({ refreshMs = 600_000, ...options }: ReplicaReporterOptions) {
    this.#options = { refreshMs, ...options }
    this.replicas = [options.replicaId]
  }

  /** Whether this replica is one of those that keep a deployment loaded. */
  isKeeper(item: DeploymentItem): boolean {
    return isKeeper({ item, self: this.#options.replicaId, replicas: this.replicas })
  }

  /** Says that this replica is there. */
  async beat(): Promise<void> {
    const { replicaId, beat, now, heartbeatMs, log } = this.#options
    if (now() - this.#beatAtMs < heartbeatMs) return
    try {
      const alive = await beat()
      this.replicas = alive.length === 0 ? [replicaId] : alive
      this.#beatAtMs = now()
    } catch (error) {
      log.warn({ err: error }, 'the sign of life could not be written')
    }
  }

  /** Says what has become of a deployment, where there is news of it. A write that fails is made good by the next. */
  report(deployment: ServedDeployment): Promise<void> {
    return this.#inTurn(deployment.item.name, () => this.#reportNews(deployment))
  }

  async #reportNews(deployment: ServedDeployment): Promise<void> {
    const { replicaId, write, now, heartbeatMs, refreshMs, log } = this.#options
    const { name } = deployment.item
    const status = reportOf(deployment)
    const [gist, counts, nowMs] = [gistOf(status), JSON.stringify(status), now()]
    const last = this.#reported.get(name)
    const ageMs = nowMs - (last?.atMs ?? Number.NEGATIVE_INFINITY)
    const isNews = last?.gist !== gist || (last.counts !== counts && ageMs >= heartbeatMs) || ageMs >= refreshMs
    if (!isNews) return
    try {
      await write(name, { id: replicaId, ...status, updatedAt: new Date(nowMs).toISOString() })
      this.#reported.set(name, { gist, counts, atMs: nowMs })
    } catch (error) {
      // It may have been written all the same.
      this.#reported.delete(name)
      log.warn({ err: error, deployment: name }, 'what is served could not be written down')
    }
  }

  forget(deployment: string): Promise<void> {
    return this.#inTurn(deployment, async () => {
      this.#reported.delete(deployment)
      await this.#options.remove(deployment)
    })
  }

  close(): Promise<void> {
    return this.#options.leave()
  }
}

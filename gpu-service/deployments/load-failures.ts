import { AppError, messageOf } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployment-item.ts'
import { EngineDied, ModelEndsEngines, ModelHung } from '../engine/engine.ts'

/** More than a store's short outage causes. */
const hopelessAfter = 3
/** Every try of a model that never finishes takes an engine from others for minutes. */
const hungPauseMs = 3_600_000
/** The cause may have been one caller's inputs, and other models get the engines meanwhile. */
const endsEnginesPauseMs = 60_000
/** Beyond this, the files whose last failure is longest ago are forgotten. */
const filesMax = 1000

interface Failure {
  error: unknown
  /** Consecutive failures. */
  count: number
  retryAtMs: number
}

/**
 * Model files that failed to load on this replica. Kept per file, so that one that kills engines kills no more of them
 * for ten deployments, or for one that alternates between two targets.
 */
export class LoadFailures {
  readonly #now: () => number
  readonly #failures = new Map<string, Failure>()

  constructor({ now }: { now: () => number }) {
    this.#now = now
  }

  /** Why not to try now. */
  reasonToRest(item: DeploymentItem): string | undefined {
    const failure = this.#failures.get(keyOf(item))
    return failure !== undefined && this.#now() < failure.retryAtMs ? messageOf(failure.error) : undefined
  }

  /** Whether retrying is unlikely to help: it cannot be served at all, or failed several times in a row. */
  isHopeless(item: DeploymentItem): boolean {
    const failure = this.#failures.get(keyOf(item))
    return failure !== undefined && (isUnservable(failure.error) || failure.count >= hopelessAfter)
  }

  /** The time until a retry may succeed; undefined if it cannot be served at all, so that clients do not retry. */
  retryAfterSeconds(item: DeploymentItem): number | undefined {
    const failure = this.#failures.get(keyOf(item))
    if (failure === undefined || isUnservable(failure.error)) return undefined
    // After several times, the file itself kills the engines.
    if (failure.error instanceof EngineDied && failure.count >= hopelessAfter) return undefined
    return Math.max(1, Math.ceil((failure.retryAtMs - this.#now()) / 1000))
  }

  /** Returns the number of consecutive failures. */
  note(item: DeploymentItem, error: unknown): number {
    const key = keyOf(item)
    const last = this.#failures.get(key)
    // All deployments that share the model report the same failed load.
    if (last !== undefined && last.error === error) return last.count
    const count = (last?.count ?? 0) + 1
    const pauseMs = pauseAfter(error) ?? backoffMs(count)
    this.#failures.delete(key)
    this.#failures.set(key, { error, count, retryAtMs: this.#now() + pauseMs })
    const [oldest] = this.#failures.keys()
    if (oldest !== undefined && this.#failures.size > filesMax) this.#failures.delete(oldest)
    return count
  }

  /** It was loaded. */
  forget(item: DeploymentItem): void {
    this.#failures.delete(keyOf(item))
  }
}

/** The delay after that many consecutive failures. */
const backoffMs = (failures: number): number => Math.min(300_000, 1000 * 2 ** (failures - 1))

function pauseAfter(error: unknown): number | undefined {
  if (error instanceof ModelHung) return hungPauseMs
  return error instanceof ModelEndsEngines ? endsEnginesPauseMs : undefined
}

const isUnservable = (error: unknown): boolean =>
  error instanceof ModelHung || (error instanceof AppError && !error.retryable)

/** A file may work for one task and not another, and be damaged in one repo only. */
const keyOf = ({ repoId, revision, file, task, isolate }: DeploymentItem): string =>
  JSON.stringify([repoId, revision, file, task, isolate])

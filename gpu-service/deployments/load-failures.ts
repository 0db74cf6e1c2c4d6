import { AppError, messageOf } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployment-item.ts'
import { EngineDied, ModelEndsEngines, ModelHung } from '../engine/engine.ts'

/** Of a store that does not answer for a moment, the next try may know nothing. */
const hopelessAfter = 3
/** Each try of a model that never ends takes an engine from the others for minutes. */
const hungPauseMs = 3_600_000
/** It may have been one caller's inputs; the others' models have the engines to themselves meanwhile. */
const endsEnginesPauseMs = 60_000
/** Of more than these, those are forgotten that have not failed for the longest time. */
const filesMax = 1000

interface Failure {
  error: unknown
  /** In a row. */
  count: number
  retryAtMs: number
}

/**
 * The files of models that could not be loaded on this replica, until they are: a file that ends engines ends as few of
 * them for ten deployments as for one, and for one that goes back and forth between two targets.
 */
export class LoadFailures {
  readonly #now: () => number
  readonly #failures = new Map<string, Failure>()

  constructor({ now }: { now: () => number }) {
    this.#now = now
  }

  /** Why it is not to be tried now. */
  reasonToRest(item: DeploymentItem): string | undefined {
    const failure = this.#failures.get(keyOf(item))
    return failure !== undefined && this.#now() < failure.retryAtMs ? messageOf(failure.error) : undefined
  }

  /** Whether trying again will hardly load it: it cannot be served at all, or failed several times in a row. */
  isHopeless(item: DeploymentItem): boolean {
    const failure = this.#failures.get(keyOf(item))
    return failure !== undefined && (isUnservable(failure.error) || failure.count >= hopelessAfter)
  }

  /** When to ask again for what may be loaded then; nothing of what cannot be served, which no client is to repeat. */
  retryAfterSeconds(item: DeploymentItem): number | undefined {
    const failure = this.#failures.get(keyOf(item))
    if (failure === undefined || isUnservable(failure.error)) return undefined
    // A file that ends engines does so by itself, once that was seen several times.
    if (failure.error instanceof EngineDied && failure.count >= hopelessAfter) return undefined
    return Math.max(1, Math.ceil((failure.retryAtMs - this.#now()) / 1000))
  }

  /** Gives how often it failed in a row by now. */
  note(item: DeploymentItem, error: unknown): number {
    const key = keyOf(item)
    const last = this.#failures.get(key)
    // Of one load, everybody is told who shares the model.
    if (last !== undefined && last.error === error) return last.count
    const count = (last?.count ?? 0) + 1
    const pauseMs = pauseBehind(error) ?? backoffMs(count)
    this.#failures.delete(key)
    this.#failures.set(key, { error, count, retryAtMs: this.#now() + pauseMs })
    const [oldest] = this.#failures.keys()
    if (oldest !== undefined && this.#failures.size > filesMax) this.#failures.delete(oldest)
    return count
  }

  /** It came into the engines. */
  forget(item: DeploymentItem): void {
    this.#failures.delete(keyOf(item))
  }
}

/** How long a load that failed this often in a row is left alone. */
const backoffMs = (failures: number): number => Math.min(300_000, 1000 * 2 ** (failures - 1))

function pauseBehind(error: unknown): number | undefined {
  if (error instanceof ModelHung) return hungPauseMs
  return error instanceof ModelEndsEngines ? endsEnginesPauseMs : undefined
}

const isUnservable = (error: unknown): boolean =>
  error instanceof ModelHung || (error instanceof AppError && !error.retryable)

/** The same file may be served by one task and not by another, and lie damaged in one repo only. */
const keyOf = ({ repoId, revision, file, task, isolate }: DeploymentItem): string =>
  JSON.stringify([repoId, revision, file, task, isolate])

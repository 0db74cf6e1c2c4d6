import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../shared/log.ts'
import type { DeploymentSlot } from './deployment-slot.ts'

/** How long requests that have already chosen a slot may take to reach its queue after it was replaced. */
const graceMs = 1000

/** Slots without a target, until their requests are answered and their models released. */
export class Retirement {
  readonly #log: Logger
  /** The deployment of each. */
  readonly #retiring = new Map<Promise<void>, string>()
  readonly #hurry = new AbortController()

  constructor({ log }: { log: Logger }) {
    this.#log = log
  }

  /** Retires a slot, without a grace time if it does not answer or `immediately` is set. Resolves when its model is released. */
  take(
    slot: DeploymentSlot,
    { immediately = slot.served === undefined }: { immediately?: boolean } = {},
  ): Promise<void> {
    const { name, revision } = slot.item
    // An operator may unload it as soon as the change is confirmed; its remaining requests are still answered.
    slot.model?.keepNoLonger()
    this.#log.info({ deployment: name, revision }, 'a target of the deployment is leaving this replica')
    const { signal } = this.#hurry
    const grace = wait(immediately ? 0 : graceMs, undefined, { signal }).catch(() => undefined)
    const retired: Promise<void> = grace
      .then(() => slot.retire())
      .catch((error) => this.#log.error({ err: error, deployment: name }, 'unload failed'))
      .finally(() => this.#retiring.delete(retired))
    this.#retiring.set(retired, name)
    return retired
  }

  /** Resolves when no slot of a deployment is retiring. */
  async noneOf(deployment: string): Promise<void> {
    await Promise.all(this.#retiring.entries().map(([retired, name]) => (name === deployment ? retired : undefined)))
  }

  /** Resolves when every model is released, without waiting for late requests. */
  async close(): Promise<void> {
    this.#hurry.abort()
    await Promise.all(this.#retiring.keys())
  }
}

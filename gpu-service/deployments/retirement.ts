import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../shared/log.ts'
import type { DeploymentSlot } from './deployment-slot.ts'

/** How long requests that found a slot before another took its place have to come to its queue. */
const graceMs = 1000

/** Slots that no target has any more, until what they were asked is answered and their models are given back. */
export class Retirement {
  readonly #log: Logger
  /** Whose they are. */
  readonly #retiring = new Map<Promise<void>, string>()
  readonly #hurry = new AbortController()

  constructor({ log }: { log: Logger }) {
    this.#log = log
  }

  /** At once where it answers nobody, or nobody is to be answered any more. Fulfilled when all is given back. */
  take(slot: DeploymentSlot, { atOnce = slot.served === undefined }: { atOnce?: boolean } = {}): Promise<void> {
    const { name, revision } = slot.item
    // Who is told that a change is made may order at once what it allows; what is still asked here is answered all the same.
    slot.model?.keepNoLonger()
    this.#log.info({ deployment: name, revision }, 'deployment leaves this replica')
    const { signal } = this.#hurry
    const grace = wait(atOnce ? 0 : graceMs, undefined, { signal }).catch(() => undefined)
    const retired: Promise<void> = grace
      .then(() => slot.retire())
      .catch((error) => this.#log.error({ err: error, deployment: name }, 'unload failed'))
      .finally(() => this.#retiring.delete(retired))
    this.#retiring.set(retired, name)
    return retired
  }

  /** Fulfilled when all of a deployment is given back that is under way to that. */
  async noneOf(deployment: string): Promise<void> {
    await Promise.all(this.#retiring.entries().map(([retired, name]) => (name === deployment ? retired : undefined)))
  }

  /** Fulfilled when every model is given back; nobody is waited for who might still come. */
  async close(): Promise<void> {
    this.#hurry.abort()
    await Promise.all(this.#retiring.keys())
  }
}

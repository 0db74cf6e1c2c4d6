import { errors } from '../../../shared/errors.ts'
import type { Asker } from './picture-queue.ts'

interface TenantSlotsOptions {
  /** The most concurrent jobs of one tenant; its further jobs wait for these. */
  eachMax: number
  allMax: number
  /** The most waiting jobs of one tenant. */
  waitingMax: number
}

interface Tenant {
  running: number
  waiting: Set<() => void>
}

/** Limits work whose duration callers control. No tenant can take all slots and so block the others. */
export class TenantSlots {
  readonly #options: TenantSlotsOptions
  readonly #tenants = new Map<string, Tenant>()
  #running = 0

  constructor(options: TenantSlotsOptions) {
    this.#options = options
  }

  /** Runs `work` once there is a slot. @throws AppError `overloaded`, `client_closed` */
  async within<Result>({ signal, tenant = '' }: Asker, work: () => Promise<Result>): Promise<Result> {
    const own = this.#tenants.get(tenant) ?? { running: 0, waiting: new Set() }
    const { eachMax, allMax, waitingMax } = this.#options
    const mustWait = own.running >= eachMax
    if (mustWait ? own.waiting.size >= waitingMax : this.#running >= allMax) throw errors.overloaded(1)
    this.#tenants.set(tenant, own)
    if (mustWait) await turnOf(own, signal)
    else this.#count(own, 1)
    try {
      return await work()
    } finally {
      // Passes the slot on to the tenant's next job, so the counts do not change.
      const [next] = own.waiting
      if (next !== undefined) next()
      else this.#count(own, -1)
      if (own.running === 0) this.#tenants.delete(tenant)
    }
  }

  #count(own: Tenant, change: 1 | -1): void {
    own.running += change
    this.#running += change
  }
}

function turnOf({ waiting }: Tenant, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(errors.clientClosed())
  return new Promise((resolve, reject) => {
    const leave = () => {
      waiting.delete(go)
      reject(errors.clientClosed())
    }
    const go = () => {
      waiting.delete(go)
      signal.removeEventListener('abort', leave)
      resolve()
    }
    waiting.add(go)
    signal.addEventListener('abort', leave, { once: true })
  })
}

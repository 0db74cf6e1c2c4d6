import { errors } from '../../shared/errors.ts'

/** One request's share of the room. */
export interface BodyHold {
  /** Takes more, or returns some. @throws AppError `overloaded` */
  add(bytes: number): void
  release(): void
}

const defaultMaxBytes = 256 * 1024 * 1024
/** The most that one tenant may hold, so that a slow sender cannot lock out the others. */
const tenantPart = 0.75

/** Limits the total bytes of all bodies in flight, because a queue limits their number, not their size. */
export class BodyRoom {
  readonly #maxBytes: number
  readonly #byTenant = new Map<string, number>()
  #heldBytes = 0

  constructor({ maxBytes = defaultMaxBytes }: { maxBytes?: number } = {}) {
    this.#maxBytes = maxBytes
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** The largest body that one tenant may send. */
  get largestBytes(): number {
    return this.#maxBytes * tenantPart
  }

  open(tenant: string): BodyHold {
    let own = 0
    const change = (bytes: number) => {
      own += bytes
      this.#heldBytes += bytes
      const left = (this.#byTenant.get(tenant) ?? 0) + bytes
      if (left > 0) this.#byTenant.set(tenant, left)
      else this.#byTenant.delete(tenant)
    }
    return {
      add: (bytes) => {
        const ofTenant = (this.#byTenant.get(tenant) ?? 0) + bytes
        const isTooMuch = this.#heldBytes + bytes > this.#maxBytes || ofTenant > this.largestBytes
        if (bytes > 0 && isTooMuch) throw errors.overloaded(1)
        change(bytes)
      },
      release: () => change(-own),
    }
  }
}

/** Counts a body of unannounced length as it arrives. */
export function countedAsItComes(request: Request, hold: Pick<BodyHold, 'add'>): Request {
  if (request.body === null) return request
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      hold.add(value.byteLength)
      controller.enqueue(value)
    },
  })
  return new Request(request, { body, duplex: 'half' })
}

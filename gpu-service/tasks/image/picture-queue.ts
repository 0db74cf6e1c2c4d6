import { errors } from '../../../shared/errors.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import { FairQueue } from '../../batcher/fair-queue.ts'
import type { InLine } from '../../batcher/tenant-line.ts'

/** The tenant of a request, and the signal that aborts it. */
export type Asker = Pick<CallOptions, 'signal' | 'tenant'>

interface Waiting<Decoder> extends InLine<Waiting<Decoder>> {
  tenant: string
  sizeBytes: number
  go: (decoder: Decoder) => void
}

interface PictureQueueOptions {
  decoders: number
  /** A picture with a longer predicted wait is refused. */
  waitMsMax: number
  waitingMaxBytes?: number
}

/** One tenant's share of the waiting bytes, so that large pictures of one do not keep all others out. */
const tenantShare = 0.75

/** Pictures waiting for a decoder. Tenants share the decoders fairly, by decoding time. */
export class PictureQueue<Decoder> {
  readonly #line = new FairQueue<Waiting<Decoder>>()
  readonly #options: Required<PictureQueueOptions>
  readonly #bytesOf = new Map<string, number>()
  #waitingBytes = 0

  constructor({ waitingMaxBytes = 256 * 1024 * 1024, ...options }: PictureQueueOptions) {
    this.#options = { waitingMaxBytes, ...options }
  }

  get size(): number {
    return this.#line.size
  }

  /** Resolves with a decoder. @throws AppError `overloaded`, `client_closed` */
  wait({ sizeBytes, pictureMs, asker }: WaitForTurn): Promise<Decoder> {
    const { signal, tenant = '' } = asker
    this.#assertRoom(sizeBytes, tenant)
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#remove(waiting)
        reject(errors.clientClosed())
      }
      const none = { line: undefined, previous: undefined, next: undefined }
      const go = (decoder: Decoder) => {
        signal.removeEventListener('abort', leave)
        resolve(decoder)
      }
      const call = { arrivedMs: performance.now() }
      const waiting: Waiting<Decoder> = { ...none, call, waitMs: pictureMs, tenant, sizeBytes, go }
      this.#line.add(waiting, tenant)
      this.#hold(tenant, sizeBytes)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Gives a decoder to the next picture; returns false if none waits. */
  give(decoder: Decoder): boolean {
    const next = this.#line.first
    if (next === undefined) return false
    const { line } = next
    this.#remove(next)
    if (line !== undefined) this.#line.charge(line, next.waitMs)
    next.go(decoder)
    return true
  }

  #assertRoom(sizeBytes: number, tenant: string): void {
    const { decoders, waitMsMax, waitingMaxBytes } = this.#options
    const waitMs = this.#line.aheadMs(tenant) / decoders
    const ofTenant = (this.#bytesOf.get(tenant) ?? 0) + sizeBytes
    const isTooMuch = this.#waitingBytes + sizeBytes > waitingMaxBytes || ofTenant > waitingMaxBytes * tenantShare
    if (waitMs > waitMsMax || isTooMuch) throw errors.overloaded(Math.max(1, Math.ceil(waitMs / 1000)))
  }

  #remove(waiting: Waiting<Decoder>): void {
    if (waiting.line === undefined) return
    this.#line.remove(waiting)
    this.#hold(waiting.tenant, -waiting.sizeBytes)
  }

  #hold(tenant: string, bytes: number): void {
    this.#waitingBytes += bytes
    const held = (this.#bytesOf.get(tenant) ?? 0) + bytes
    if (held > 0) this.#bytesOf.set(tenant, held)
    else this.#bytesOf.delete(tenant)
  }
}

interface WaitForTurn {
  sizeBytes: number
  /** The predicted decoding time. */
  pictureMs: number
  asker: Asker
}

import { walkLines } from './fair-walk.ts'
import { Heap } from './heap.ts'
import { goesBefore, type InLine, type TenantLine } from './tenant-line.ts'

const rememberedMax = 1024

/**
 * A queue that tenants share by weight: the tenant that was served least goes first, and an idle tenant saves nothing up
 * (start-time fair queueing, Goyal et al., 1996). Within a tenant the oldest goes first. Adding and removing take time
 * logarithmic in the number of waiting tenants.
 */
export class FairQueue<Member extends InLine<Member>> {
  readonly #weightOf: (tenant: string) => number
  readonly #waiting = new Heap<TenantLine<Member>>(goesBefore)
  /** Waiting tenants, and those that recently had more than their share. */
  readonly #lines = new Map<string, TenantLine<Member>>()
  #weight = 0
  #turns = 0
  size = 0
  waitMs = 0

  constructor(weightOf: (tenant: string) => number = () => 1) {
    this.#weightOf = weightOf
  }

  /** The member that is next. */
  get first(): Member | undefined {
    return this.#waiting.first?.first
  }

  /** The number of tenants that wait or whose share is remembered. */
  get rememberedTenants(): number {
    return this.#lines.size
  }

  /** Arrival time of the oldest member. */
  get oldestMs(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (let place = 0; place < this.#waiting.size; place++)
      oldest = Math.min(oldest, this.#waiting.at(place)?.first?.call.arrivedMs ?? oldest)
    return oldest
  }

  add(member: Member, tenant: string): void {
    const line = this.#lineOf(tenant)
    member.line = line
    member.previous = line.last
    if (line.last === undefined) line.first = member
    else line.last.next = member
    line.last = member
    line.waitMs += member.waitMs
    this.waitMs += member.waitMs
    this.size++
    if (line.place < 0) this.#join(line)
  }

  /** Does nothing if the member no longer waits. */
  remove(member: Member): void {
    const { line, previous, next } = member
    if (line === undefined) return
    if (previous === undefined) line.first = next
    else previous.next = next
    if (next === undefined) line.last = previous
    else next.previous = previous
    member.line = member.previous = member.next = undefined
    line.waitMs -= member.waitMs
    this.waitMs -= member.waitMs
    this.size--
    if (line.first === undefined) this.#leave(line)
    else if (previous === undefined) this.#waiting.moved(line)
  }

  /** Adds to a member's wait; does nothing if it no longer waits. */
  addWait(member: Member, waitMs: number): void {
    if (member.line === undefined) return
    member.waitMs += waitMs
    member.line.waitMs += waitMs
    this.waitMs += waitMs
  }

  /** Counts work done for a tenant. */
  charge(line: TenantLine<Member>, cost: number): void {
    line.served += cost / line.weight
    line.turn = ++this.#turns
    if (line.place >= 0) this.#waiting.moved(line)
  }

  /** The wait ahead of a new member of this tenant: everything, or less if its fair share lets it go sooner. */
  aheadMs(tenant: string): number {
    const line = this.#lines.get(tenant)
    const weight = line?.weight ?? this.#weightOf(tenant)
    const sharing = this.#weight + (line !== undefined && line.place >= 0 ? 0 : weight)
    const ownMs = (line?.waitMs ?? 0) + (this.size === 0 ? 0 : this.waitMs / this.size)
    return Math.min(this.waitMs, (ownMs * sharing) / weight)
  }

  /** Visits members in order until `visit` returns false. */
  walk(costOf: (member: Member) => number, visit: (member: Member) => boolean): void {
    walkLines({ lines: this.#waiting, costOf, visit })
  }

  #lineOf(tenant: string): TenantLine<Member> {
    const known = this.#lines.get(tenant)
    if (known !== undefined) return known
    const empty = { served: 0, turn: 0, waitMs: 0, first: undefined, last: undefined, place: -1 }
    const line: TenantLine<Member> = { tenant, weight: this.#weightOf(tenant), ...empty }
    this.#lines.set(tenant, line)
    return line
  }

  #join(line: TenantLine<Member>): void {
    const { first } = this.#waiting
    line.served = first === undefined ? 0 : Math.max(line.served, first.served)
    line.turn = ++this.#turns
    this.#waiting.add(line)
    this.#weight += line.weight
  }

  #leave(line: TenantLine<Member>): void {
    this.#waiting.remove(line)
    this.#weight -= line.weight
    line.waitMs = 0
    const { first } = this.#waiting
    if (first === undefined) {
      // Nobody waits, so past shares no longer count.
      this.#lines.clear()
      this.waitMs = this.#weight = 0
    } else if (this.#lines.size > 2 * this.#waiting.size + rememberedMax) {
      for (const [tenant, { place, served }] of this.#lines)
        if (place < 0 && (served <= first.served || this.#lines.size > this.#waiting.size + rememberedMax))
          this.#lines.delete(tenant)
    }
  }
}

import type { Priority } from './call-options.ts'
import { FairQueue } from './fair-queue.ts'
import type { Job, Ticket } from './job.ts'

/** Bulk work that has waited this long gets a turn after this many interactive runs. */
const agedMs = 1000
const turnsBetween = 7

/**
 * Everything that waits for one model. Interactive work goes first; bulk work that has waited long gets every eighth run,
 * so that it never starves and never takes over. A run holds one priority only.
 */
export class Waiting<Input, Output> {
  readonly #queues: Record<Priority, FairQueue<Ticket<Input, Output>>>
  /** The unpadded cost of all waiting tickets; a shared job counts once per caller. */
  units = 0
  #turns = 0
  #walks = 0

  constructor(weightOf?: (tenant: string) => number) {
    this.#queues = { interactive: new FairQueue(weightOf), bulk: new FairQueue(weightOf) }
  }

  get size(): number {
    return this.#queues.interactive.size + this.#queues.bulk.size
  }

  sizeOf(priority: Priority): number {
    return this.#queues[priority].size
  }

  /** Engine time for everything that waits, run one by one. */
  get waitMs(): number {
    return this.#queues.interactive.waitMs + this.#queues.bulk.waitMs
  }

  get oldestMs(): number {
    return Math.min(this.#queues.interactive.oldestMs, this.#queues.bulk.oldestMs)
  }

  /** Engine time of what runs before a new ticket of this tenant. */
  aheadMs({ priority, tenant }: { priority: Priority; tenant: string }): number {
    const { interactive } = this.#queues
    return this.#queues[priority].aheadMs(tenant) + (priority === 'bulk' ? interactive.waitMs : 0)
  }

  add(ticket: Ticket<Input, Output>): void {
    this.#queues[ticket.call.priority].add(ticket, ticket.call.tenant)
    this.units += ticket.job.size
  }

  remove(ticket: Ticket<Input, Output>): void {
    if (ticket.line !== undefined) this.units -= ticket.job.size
    this.#queues[ticket.call.priority].remove(ticket)
  }

  /** Counts the wait for a shared job towards another caller when the one it was counted for leaves. */
  handOn({ job, waitMs }: Ticket<Input, Output>): void {
    const [heir] = job.tickets
    if (heir !== undefined) this.#queues[heir.call.priority].addWait(heir, waitMs)
  }

  /** Takes a job out of the queue for all its callers and charges its work to the first one's tenant. */
  take(job: Job<Input, Output>): void {
    const [first] = job.tickets
    const line = first?.line
    for (const ticket of job.tickets) this.remove(ticket)
    if (first !== undefined && line !== undefined) this.#queues[first.call.priority].charge(line, job.size)
  }

  /** The next jobs in order, each once. */
  window(limit: number, nowMs: number): Job<Input, Output>[] {
    const queue = this.#queues[this.#turnOf(nowMs)]
    const jobs: Job<Input, Output>[] = []
    const look = ++this.#walks
    queue.walk(
      ({ job }) => job.size,
      ({ job }) => {
        if (job.lastWalk !== look) jobs.push(job)
        job.lastWalk = look
        return jobs.length < limit
      },
    )
    return jobs
  }

  tickets(): Ticket<Input, Output>[] {
    const tickets: Ticket<Input, Output>[] = []
    const keep = (ticket: Ticket<Input, Output>) => tickets.push(ticket) > 0
    for (const queue of Object.values(this.#queues)) queue.walk(() => 0, keep)
    return tickets
  }

  #turnOf(nowMs: number): Priority {
    const { interactive, bulk } = this.#queues
    if (bulk.size === 0 || interactive.size === 0) {
      this.#turns = 0
      return interactive.size === 0 ? 'bulk' : 'interactive'
    }
    if (nowMs - bulk.oldestMs < agedMs) return 'interactive'
    this.#turns = (this.#turns + 1) % (turnsBetween + 1)
    return this.#turns === 0 ? 'bulk' : 'interactive'
  }
}

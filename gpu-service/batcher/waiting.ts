import type { Priority } from './call-options.ts'
import { FairQueue } from './fair-queue.ts'
import type { Job, Ticket } from './job.ts'

/** From when on bulk work that waits is given its turns, and how many runs interactive work has before each. */
const agedMs = 1000
const turnsBetween = 7

/**
 * All that waits for one model. Interactive work goes first; bulk work that has waited for long gets every eighth run,
 * so that it never starves and never takes over. A run is of one priority: nobody waits for it who should not.
 */
export class Waiting<Input, Output> {
  readonly #queues: Record<Priority, FairQueue<Ticket<Input, Output>>>
  /** What the jobs that wait would cost without padding; one that several wait for counts for each. */
  units = 0
  #turns = 0
  #looks = 0

  constructor(weightOf?: (tenant: string) => number) {
    this.#queues = { interactive: new FairQueue(weightOf), bulk: new FairQueue(weightOf) }
  }

  get size(): number {
    return this.#queues.interactive.size + this.#queues.bulk.size
  }

  sizeOf(priority: Priority): number {
    return this.#queues[priority].size
  }

  /** What the engines need for all of it. */
  get waitMs(): number {
    return this.#queues.interactive.waitMs + this.#queues.bulk.waitMs
  }

  get oldestMs(): number {
    return Math.min(this.#queues.interactive.oldestMs, this.#queues.bulk.oldestMs)
  }

  /** What the engines will do before they come to a newcomer. */
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

  /** Counts the wait for a job for another who stays, where the one leaves for whom it was counted. */
  handOn({ job, waitMs }: Ticket<Input, Output>): void {
    const [heir] = job.tickets
    if (heir !== undefined) this.#queues[heir.call.priority].addWait(heir, waitMs)
  }

  /** Takes a job out for all who wait for it; its work is counted for the one who asked first. */
  take(job: Job<Input, Output>): void {
    const [first] = job.tickets
    const line = first?.line
    for (const ticket of job.tickets) this.remove(ticket)
    if (first !== undefined && line !== undefined) this.#queues[first.call.priority].charge(line, job.size)
  }

  /** The jobs that are due next, the first of them first, each once. */
  window(limit: number, nowMs: number): Job<Input, Output>[] {
    const queue = this.#queues[this.#turnOf(nowMs)]
    const jobs: Job<Input, Output>[] = []
    const look = ++this.#looks
    queue.walk(
      ({ job }) => job.size,
      ({ job }) => {
        if (job.seenIn !== look) jobs.push(job)
        job.seenIn = look
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

import type { Call, Job, Ticket } from './job.ts'

const notInLine = { at: -1, line: undefined, previous: undefined, next: undefined }

/** Adds a caller's claim on a job; a job that others already wait for adds nothing to the wait. */
export function newTicket<Input, Output>({ call, job, index }: NewTicket<Input, Output>): Ticket<Input, Output> {
  const ticket: Ticket<Input, Output> = {
    call,
    job,
    index,
    waitMs: job.state === 'new' ? job.aloneMs : 0,
    ...notInLine,
  }
  ticket.at = job.tickets.push(ticket) - 1
  call.tickets.push(ticket)
  return ticket
}

interface NewTicket<Input, Output> {
  call: Call<Input, Output>
  job: Job<Input, Output>
  index: number
}

/** Removes a claim if it still stands, by a swap with the last: many callers of one job may leave at once. */
export function leaveJob<Input, Output>(ticket: Ticket<Input, Output>): boolean {
  const { tickets } = ticket.job
  if (tickets[ticket.at] !== ticket) return false
  const last = tickets.pop()
  if (last !== undefined && last !== ticket) {
    tickets[ticket.at] = last
    last.at = ticket.at
  }
  return true
}

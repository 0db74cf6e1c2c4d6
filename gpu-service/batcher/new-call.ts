import type { CallOptions } from './call-options.ts'
import type { Call } from './job.ts'

/** A call with no item answered yet. */
export function newCall<Input, Output>({ count, nowMs, options, resolve, reject }: NewCall<Input, Output>) {
  const { deadlineMs = Number.POSITIVE_INFINITY, priority = 'interactive', tenant = '' } = options
  const settling = { open: count, isSettled: false, place: -1, forget: undefined, resolve, reject }
  const call: Call<Input, Output> = {
    arrivedMs: nowMs,
    deadlineMs,
    priority,
    tenant,
    results: [],
    tickets: [],
    ...settling,
  }
  return call
}

interface NewCall<Input, Output> extends Pick<Call<Input, Output>, 'resolve' | 'reject'> {
  /** The number of its inputs. */
  count: number
  nowMs: number
  options: Partial<CallOptions>
}

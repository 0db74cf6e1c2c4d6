/** The part of the stand-in that gets the request: file routes, the store they redirect to, or JSON routes. */
export type Where = 'resolve' | 'storage' | 'api'

/**
 * What goes wrong, for which requests and how often. `match` tests the decoded path; without `where` it applies to
 * every part, without `times` to every request. The list of a running stand-in may be changed at any time.
 */
export type Fault = FaultKind & { match?: RegExp; where?: Where; times?: number }

type FaultKind =
  /** An error status; `retryAfterSeconds` sets `Retry-After`, `headers` override. */
  | { kind: 'status'; status: number; retryAfterSeconds?: number; headers?: Record<string, string> }
  /** Destroys the connection after this many bytes of the body; without `afterBytes`, before any header. */
  | { kind: 'cut'; afterBytes?: number }
  /** Changes the first byte of the body and keeps the length. */
  | { kind: 'wrong-bytes' }
  /** Ends the body properly, but earlier than `Content-Range` says. */
  | { kind: 'short'; missingBytes?: number }
  /** Continues the body with zeros beyond what `Content-Range` says. */
  | { kind: 'long'; extraBytes: number }
  | { kind: 'slow'; bytesPerSecond: number }
  /** Sends nothing more and keeps the connection open: after this many bytes, or before any header. */
  | { kind: 'hang'; afterBytes?: number }
  /** Moves the branch to a new commit right after this answer. */
  | { kind: 'moved-commit' }
  /** 200 with a web page instead of JSON or a file. */
  | { kind: 'html' }
  /** Lists one more file in a tree, under this path. */
  | { kind: 'hostile-path'; path: string }
  /** Replaces the JSON answer by what `edit` returns. */
  | { kind: 'edit-json'; edit: (json: unknown) => unknown }
  | { kind: 'redirect'; location: string }
  /** Headers that override those of the answer. */
  | { kind: 'headers'; headers: Record<string, string> }
  /** The whole file with 200, whatever range was requested. */
  | { kind: 'ignore-range' }

/** Finds the fault for a request and counts it as used. */
export function takeFault({ faults, used, where, path }: TakeInput): Fault | undefined {
  const fault = faults.find(
    (one) =>
      (one.where === undefined || one.where === where) &&
      (one.match === undefined || path.search(one.match) >= 0) &&
      (used.get(one) ?? 0) < (one.times ?? Number.POSITIVE_INFINITY),
  )
  if (fault !== undefined) used.set(fault, (used.get(fault) ?? 0) + 1)
  return fault
}

interface TakeInput {
  faults: readonly Fault[]
  used: WeakMap<Fault, number>
  where: Where
  path: string
}

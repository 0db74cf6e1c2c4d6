/** Which part of the stand-in a request meets: file routes, the store they redirect to, or JSON routes. */
export type Where = 'resolve' | 'storage' | 'api'

/**
 * What goes wrong, for whom and how often. `match` is tried on the decoded path of the request; without `where` every
 * part is meant, without `times` every request. The list of a running stand-in may be changed at any time.
 */
export type Fault = FaultKind & { match?: RegExp; where?: Where; times?: number }

type FaultKind =
  /** An error status; `retryAfterSeconds` goes into `Retry-After`, `headers` replace what is set. */
  | { kind: 'status'; status: number; retryAfterSeconds?: number; headers?: Record<string, string> }
  /** The connection is destroyed after so many bytes of the body; without `afterBytes`, before any header. */
  | { kind: 'cut'; afterBytes?: number }
  /** The first byte of the body is another one; the length stays. */
  | { kind: 'wrong-bytes' }
  /** The body ends properly, but earlier than `Content-Range` announced. */
  | { kind: 'short'; missingBytes?: number }
  /** The body goes on with zeros after what `Content-Range` announced. */
  | { kind: 'long'; extraBytes: number }
  | { kind: 'slow'; bytesPerSecond: number }
  /** Nothing more comes and the connection stays open: after so many bytes, or before any header. */
  | { kind: 'hang'; afterBytes?: number }
  /** The branch moves to a new commit as soon as this answer is made. */
  | { kind: 'moved-commit' }
  /** 200 with a web page where JSON or a file belongs. */
  | { kind: 'html' }
  /** A tree lists one more file, under this path. */
  | { kind: 'hostile-path'; path: string }
  /** The JSON answer is what `edit` makes of it. */
  | { kind: 'edit-json'; edit: (json: unknown) => unknown }
  | { kind: 'redirect'; location: string }
  /** Headers that replace those of the answer. */
  | { kind: 'headers'; headers: Record<string, string> }
  /** The whole file with 200, whatever range was asked. */
  | { kind: 'ignore-range' }

/** Finds the fault that a request meets and counts it as used. */
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

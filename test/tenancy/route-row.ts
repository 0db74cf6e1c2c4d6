import type { Scope } from '../../shared/auth/principal.ts'
import type { Names } from './names.ts'

interface Call {
  path: string
  json?: unknown
  /** Sent as it is. */
  text?: string
  /** The text is JSON, as it is to be sent. */
  isJson?: boolean
}

/** What a route is about, and so how it must refuse. */
type About =
  /** One private thing: who may not see it is answered as where there is none. */
  | 'thing'
  /** The same, of a repo, which may be public too. */
  | 'repo'
  /** A namespace, whose name is no secret: who may not act there is refused. */
  | 'namespace'
  /** Whatever the caller may see, all else left out. */
  | 'list'
  /** The caller itself: nothing of anybody else's. */
  | 'self'
  /** The platform, for its admins alone. */
  | 'platform'
  /** An address that was signed for one upload, whoever comes with it. */
  | 'signed'
  /** Nothing that belongs to anybody. */
  | 'open'

export interface RouteRow {
  about: About
  /** What a key needs; whoever has a valid one may call it where it is absent. */
  needs?: Scope
  /** Answers with an error whoever asks, so that nobody is let through. */
  isRefused?: boolean
  /** Tells the caller of its own requests, and so of the names in them. */
  tellsWhatWasAsked?: boolean
  /** The largest body that it takes, where that is more than the usual. */
  bodyMaxBytes?: number
  call: (names: Names) => Call
}

/** By method and path, as the contract or the app names them; where a route does two things, the second is in brackets. */
export type RouteRows = Record<string, RouteRow>

/** A loaded model, as far as eviction is concerned. */
export interface EvictionCandidate {
  /** When it was loaded. */
  sinceMs: number
  /** When it was last used. */
  usedMs: number
  /** How long it stays at least while it has work, so that loading does not outweigh answering. */
  turnMs: number
  /** Whether it is running, or has waiting work. */
  isBusy: boolean
  /** Whether a deployment wants it to stay loaded. */
  isKept: boolean
}

/** A client that sends one request after another leaves its model idle for short moments. */
const idleMsMin = 100

/**
 * Chooses the model to evict: the least recently used idle one, else the longest loaded whose turn is over; otherwise
 * the time when one becomes available. Models to keep go last.
 */
export function chooseVictim<Candidate extends EvictionCandidate>({
  candidates: all,
  nowMs,
  turnMsMax = Number.POSITIVE_INFINITY,
}: ChooseVictim<Candidate>): Victim<Candidate> {
  const turnEndsMs = ({ sinceMs, turnMs }: EvictionCandidate) => sinceMs + Math.min(turnMs, turnMsMax)
  const evictableMs = (candidate: EvictionCandidate) =>
    candidate.isBusy ? turnEndsMs(candidate) : Math.min(turnEndsMs(candidate), candidate.usedMs + idleMsMin)
  const unkept = all.filter(({ isKept }) => !isKept)
  const candidates = unkept.length > 0 ? unkept : all
  const hadTurn = candidates.filter((candidate) => turnEndsMs(candidate) <= nowMs)
  const idle = candidates.filter((candidate) => !candidate.isBusy && evictableMs(candidate) <= nowMs)
  const [victim] = [
    ...idle.toSorted((a, b) => a.usedMs - b.usedMs),
    ...hadTurn.toSorted((a, b) => a.sinceMs - b.sinceMs),
  ]
  return { victim, nextMs: Math.min(...candidates.map(evictableMs)) }
}

interface ChooseVictim<Candidate> {
  candidates: readonly Candidate[]
  nowMs: number
  /** The longest that a turn may be now. */
  turnMsMax?: number
}

interface Victim<Candidate> {
  victim: Candidate | undefined
  /** When the next one may leave; `Infinity` if nothing is loaded. */
  nextMs: number
}

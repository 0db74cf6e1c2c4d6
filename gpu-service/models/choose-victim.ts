/** A loaded model, as far as eviction is concerned. */
export interface Occupant {
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
export function chooseVictim<Place extends Occupant>({
  places: all,
  nowMs,
  turnMsMax = Number.POSITIVE_INFINITY,
}: ChooseVictim<Place>): Victim<Place> {
  const turnEndsMs = ({ sinceMs, turnMs }: Occupant) => sinceMs + Math.min(turnMs, turnMsMax)
  const leavableMs = (place: Occupant) =>
    place.isBusy ? turnEndsMs(place) : Math.min(turnEndsMs(place), place.usedMs + idleMsMin)
  const passing = all.filter(({ isKept }) => !isKept)
  const places = passing.length > 0 ? passing : all
  const hadTurn = places.filter((place) => turnEndsMs(place) <= nowMs)
  const idle = places.filter((place) => !place.isBusy && leavableMs(place) <= nowMs)
  const [victim] = [
    ...idle.toSorted((a, b) => a.usedMs - b.usedMs),
    ...hadTurn.toSorted((a, b) => a.sinceMs - b.sinceMs),
  ]
  return { victim, nextMs: Math.min(...places.map(leavableMs)) }
}

interface ChooseVictim<Place> {
  places: readonly Place[]
  nowMs: number
  /** The longest that a turn may be now. */
  turnMsMax?: number
}

interface Victim<Place> {
  victim: Place | undefined
  /** When the next one may leave; `Infinity` if nothing is loaded. */
  nextMs: number
}

/** A model that takes memory, as the one who has to make room sees it. */
export interface Occupant {
  /** When it came into the engines. */
  sinceMs: number
  /** When it was last asked. */
  usedMs: number
  /** How long it stays at least while it has work, so that loading does not take more time than answering. */
  turnMs: number
  /** Whether a run of it is in flight, or work for it waits. */
  isBusy: boolean
  /** Whether a deployment asks for it to be kept loaded. */
  isKept: boolean
}

/** A client that asks again after each answer leaves its model idle for moments like this. */
const idleMsMin = 100

/**
 * Who leaves the engines for another: the one of the idle that was used longest ago, else the one that has been in the
 * longest of those that had their turn. Where nobody may leave yet, the moment when somebody may. What is to be kept
 * leaves only when nothing else is there.
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
  /** The longest that any turn may be now. */
  turnMsMax?: number
}

interface Victim<Place> {
  victim: Place | undefined
  /** `Infinity` where there is nobody at all. */
  nextMs: number
}

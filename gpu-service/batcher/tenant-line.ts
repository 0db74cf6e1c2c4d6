/** What waits in line, in order of arrival; whoever leaves closes the gap. */
export interface InLine<Self> {
  readonly call: { readonly arrivedMs: number }
  waitMs: number
  line: TenantLine<Self> | undefined
  previous: Self | undefined
  next: Self | undefined
}

/** What one tenant has waiting, and how much it has been given. */
export interface TenantLine<Member> {
  readonly tenant: string
  readonly weight: number
  /** The work it has had by its weight, counted from where the others stood when it last came out of idleness. */
  served: number
  /** When it last had a turn, or came: of equals the one goes first that has not had one for longest. */
  turn: number
  waitMs: number
  first: Member | undefined
  last: Member | undefined
  place: number
}

type Headed = { first: { call: { arrivedMs: number } } | undefined }
export const arrivedAfter = (one: Headed, other: Headed): number =>
  (one.first?.call.arrivedMs ?? 0) - (other.first?.call.arrivedMs ?? 0)

export const goesBefore = <Member extends InLine<Member>>(
  one: TenantLine<Member>,
  other: TenantLine<Member>,
): boolean => (one.served - other.served || arrivedAfter(one, other) || one.turn - other.turn) < 0

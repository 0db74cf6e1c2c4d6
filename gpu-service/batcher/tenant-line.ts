/** A member of a linked list in order of arrival. */
export interface InLine<Self> {
  readonly call: { readonly arrivedMs: number }
  waitMs: number
  line: TenantLine<Self> | undefined
  previous: Self | undefined
  next: Self | undefined
}

/** What one tenant has waiting and how much it was served. */
export interface TenantLine<Member> {
  readonly tenant: string
  readonly weight: number
  /** Work done divided by weight; starts at the level of the others when the tenant becomes active. */
  served: number
  /** When it last had a turn or became active; breaks ties in favour of the one that waited longest. */
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

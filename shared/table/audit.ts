import { randomBytes } from 'node:crypto'
import { keys, lists } from './keys.ts'
import { absent, type Page, type Table, type TransactAction } from './table.ts'

/** One thing that was done, or tried. Nothing changes it afterwards. */
export interface AuditEvent {
  /** In the order of time. */
  id: string
  at: string
  /** Absent where a stranger tried. */
  actor?: { userId: string; username?: string | undefined; keyId?: string | undefined } | undefined
  /** A stable name: `repo.create`. */
  action: string
  /** Whose it was done to; `-` where it was nobody's. */
  owner: string
  /** What it was done to, as its path names it. */
  target?: string | undefined
  outcome: AuditOutcome
  /** The address that it came from. */
  from?: string | undefined
  requestId?: string | undefined
}

export interface AuditOutcome {
  /** `unknown` where the process that did it ended before it told. */
  result: 'done' | 'refused' | 'failed' | 'unknown'
  status?: number | undefined
  /** The error's. */
  code?: string | undefined
  /** Whether it was answered from an earlier request with the same `Idempotency-Key`, and nothing was done again. */
  replayed?: boolean | undefined
}

const hexOfMs = (ms: number): string => Math.max(0, ms).toString(16).padStart(12, '0')

/** Tells apart what one process did within the same millisecond, in its order. */
let lastMs = 0
let sequence = 0

function newEventId(at: Date): string {
  const ms = at.getTime()
  sequence = ms === lastMs ? sequence + 1 : 0
  lastMs = ms
  const order = Math.min(sequence, 0xffff).toString(16).padStart(4, '0')
  return `evt_${hexOfMs(ms)}${order}${randomBytes(8).toString('hex')}`
}

export const newEvent = (event: Omit<AuditEvent, 'id' | 'at'>, now: Date): AuditEvent => ({
  id: newEventId(now),
  at: now.toISOString(),
  ...event,
})

/** The write that adds an event, for a transaction with what it tells of. */
export const eventWrite = (event: AuditEvent): TransactAction => ({ put: itemOf(event), condition: absent })

export const recordEvent = (table: Table, event: AuditEvent): Promise<void> => table.put(itemOf(event), absent)

function itemOf(event: AuditEvent) {
  const { actor, owner, id } = event
  const ofUser = actor === undefined ? {} : { ownerPk: lists.auditOf(actor.userId), ownerSk: id }
  return { ...keys.auditEvent(owner, id), listPk: lists.audit, listSk: id, ...ofUser, ...event }
}

/** Everybody's events, those of what is an owner's, or those that one user caused. */
export type AuditScope = 'all' | { owner: string } | { userId: string }

interface ReadEvents {
  scope: AuditScope
  /** The event behind which a page begins: newer ones were on the page before. */
  before?: string | undefined
  /** From when on and until when, both inclusive. */
  from?: Date | undefined
  until?: Date | undefined
  limit: number
}

/** Events, newest first. */
export async function readEvents(
  table: Table,
  { scope, before, from, until, limit }: ReadEvents,
): Promise<Page<AuditEvent>> {
  const { index, pk, sk, value } = placeOf(scope)
  const low = `evt_${hexOfMs(from?.getTime() ?? 0)}`
  // Nothing sorts behind this but what is not hex.
  const high = until === undefined ? 'evt_g' : `evt_${hexOfMs(until.getTime())}g`
  const first = before === undefined || before > high ? high : justBefore(before)
  // DynamoDB refuses what is between two ends of which the first is behind the last.
  if (low > first) return { items: [] }
  return table.query<AuditEvent>({
    ...(index !== undefined && { index }),
    expression: `${pk} = :list AND ${sk} BETWEEN :low AND :high`,
    values: { ':list': value, ':low': low, ':high': first },
    descending: true,
    limit,
  })
}

/** Between an event and the one before it there is room for this: ids are of one length. */
const justBefore = (id: string): string => id.slice(0, -1) + previous[id.at(-1) ?? '0']

const previous: Record<string, string> = Object.fromEntries(
  [...'0123456789abcdef'].map((digit, at, digits) => [digit, `${digits[at - 1] ?? '/'}g`]),
)

function placeOf(scope: AuditScope) {
  if (scope === 'all') return { index: 'byList', pk: 'listPk', sk: 'listSk', value: lists.audit } as const
  if ('userId' in scope)
    return { index: 'byOwner', pk: 'ownerPk', sk: 'ownerSk', value: lists.auditOf(scope.userId) } as const
  return { index: undefined, pk: 'pk', sk: 'sk', value: keys.auditEvent(scope.owner, '').pk } as const
}

import { randomBytes } from 'node:crypto'
import { keys, lists } from './keys.ts'
import { absent, type Page, type Table, type TransactAction } from './table.ts'

/** One action, or an attempt. Immutable. */
export interface AuditEvent {
  /** Sortable by time. */
  id: string
  at: string
  /** Absent for a caller without a key. */
  actor?: { userId: string; username?: string | undefined; keyId?: string | undefined } | undefined
  /** A stable name, such as `repo.create`. */
  action: string
  /** The affected owner; `-` for none. */
  owner: string
  /** The affected object, as in the path. */
  target?: string | undefined
  outcome: AuditOutcome
  /** The caller's address. */
  from?: string | undefined
  requestId?: string | undefined
}

export interface AuditOutcome {
  /** `unknown` where the process died before the outcome. */
  result: 'done' | 'refused' | 'failed' | 'unknown'
  status?: number | undefined
  /** The code of the error. */
  code?: string | undefined
  /** Whether the answer was replayed for a repeated `Idempotency-Key`, and nothing was done. */
  replayed?: boolean | undefined
}

const hexOfMs = (ms: number): string => Math.max(0, ms).toString(16).padStart(12, '0')

/** Orders the events of one process within a millisecond. */
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

/** The write of an event, for the transaction with what it records. */
export const eventWrite = (event: AuditEvent): TransactAction => ({ put: itemOf(event), condition: absent })

export const recordEvent = (table: Table, event: AuditEvent): Promise<void> => table.put(itemOf(event), absent)

function itemOf(event: AuditEvent) {
  const { actor, owner, id } = event
  const ofUser = actor === undefined ? {} : { ownerPk: lists.auditOf(actor.userId), ownerSk: id }
  return { ...keys.auditEvent(owner, id), listPk: lists.audit, listSk: id, ...ofUser, ...event }
}

/** All events, those about one owner, or those caused by one user. */
export type AuditScope = 'all' | { owner: string } | { userId: string }

interface ReadEvents {
  scope: AuditScope
  /** The last event of the previous page. */
  before?: string | undefined
  /** Both inclusive. */
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
  // Sorts after every hex digit.
  const high = until === undefined ? 'evt_g' : `evt_${hexOfMs(until.getTime())}g`
  const first = before === undefined || before > high ? high : justBefore(before)
  // DynamoDB refuses an empty range.
  if (low > first) return { items: [] }
  return table.query<AuditEvent>({
    ...(index !== undefined && { index }),
    expression: `${pk} = :list AND ${sk} BETWEEN :low AND :high`,
    values: { ':list': value, ':low': low, ':high': first },
    descending: true,
    limit,
  })
}

/** A text between an id and its predecessor, which works because ids have one length. */
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

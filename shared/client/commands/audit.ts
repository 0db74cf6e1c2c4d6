import type { AuditEvent } from '../../contract/audit.ts'
import { type Command, textOption, UsageError } from '../command.ts'
import { table } from '../terminal.ts'

/** Stops the search for matching events after this many pages. */
const pagesMax = 20

export const audit: Command = {
  summary: 'show the audit log: what was done, by whom, from where, and the outcome',
  usage: 'slipway audit',
  help: `Examples:
  slipway audit
  slipway audit --owner acme --action repo.delete
  slipway audit --actor ada --after 2026-11-20T00:00:00Z --json

Options:
  --owner OWNER       events in the namespace of an owner
  --actor USER        events by one user
  --action ACTION     one kind of event: repo.delete, deployment.create, …
  --after TIME, --before TIME
                      a time range, as in 2026-11-20T00:00:00Z
  --limit N           the number of events, from 1 to 10000 (default 50)

Newest first. You see your own events, admins of an owner also those in its namespace, and admins of the platform all.`,
  options: {
    owner: { type: 'string' },
    actor: { type: 'string' },
    action: { type: 'string' },
    after: { type: 'string' },
    before: { type: 'string' },
    limit: { type: 'string' },
  },
  parameters: { min: 0, max: 0 },
  async run(invocation) {
    const { client, terminal, json } = invocation
    const limit = limitOf(textOption(invocation, 'limit'))
    const names = ['owner', 'actor', 'action', 'after', 'before'] as const
    const filter = Object.fromEntries(names.map((name) => [name, textOption(invocation, name)]))
    const events: AuditEvent[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const page = await client.listAudit({ ...filter, limit: Math.min(100, limit - events.length), cursor })
      events.push(...page.items)
      cursor = page.cursor
    } while (cursor !== undefined && events.length < limit && ++pages < pagesMax)
    if (json) terminal.out(`${JSON.stringify(events)}\n`)
    else if (events.length === 0) terminal.err('No events.\n')
    else terminal.out(table(['TIME', 'ACTOR', 'ACTION', 'TARGET', 'OUTCOME', 'FROM'], events.map(rowOf)))
    if (cursor !== undefined) terminal.err(`… and older ones: --limit ${limit * 2}, or --before with a time\n`)
  },
}

const rowOf = ({ at, actor, action, target, outcome, from }: AuditEvent): string[] => [
  at,
  actor?.username ?? actor?.userId ?? '-',
  action,
  target ?? '-',
  outcome.code === undefined ? outcome.result : `${outcome.result}: ${outcome.code}`,
  from ?? '-',
]

function limitOf(given = '50'): number {
  const limit = Number(given)
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new UsageError('--limit must be a number from 1 to 10000')
  return limit
}

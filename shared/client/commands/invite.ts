import type { Invitation } from '../account-client.ts'
import { advised } from '../advised.ts'
import { type Command, type Invocation, textOption, UsageError } from '../command.ts'
import { allPages } from '../request.ts'
import { shellWord } from '../shell-word.ts'
import { printable, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { numberOption } from './gc.ts'
import { refuseOptions, runVerb, type Verb } from './verbs.ts'

export const invite: Command = {
  summary: 'invite people to create accounts (admins only)',
  usage: 'slipway invite [EMAIL | create | revoke ID]',
  help: `Examples:
  slipway invite                                    lists invitations
  slipway invite ada@example.com > invitation       only for this address
  slipway invite create --expires-in-days 1         for anyone who has it
  slipway invite ada@example.com --role admin
  slipway invite revoke inv_…

Options:
  --role ROLE           of the account: member (default) or admin
  --expires-in-days N   expire after N days (default 7)

The invitation is printed once, alone on standard output. It creates one account:
POST /api/v1/auth/register with "username", "email", "password" and "invitation".`,
  options: { role: { type: 'string' }, 'expires-in-days': { type: 'string' } },
  parameters: { min: 0, max: 2 },
  async run(invocation) {
    const [what, ...more] = invocation.parameters
    if (what === undefined) return list(invocation)
    return what.includes('@') && more.length === 0 ? create(invocation, what) : runVerb('invite', verbs, invocation)
  },
}

const verbs: Record<string, Verb> = {
  create: { takes: [], options: ['role', 'expires-in-days'], run: (invocation) => create(invocation, undefined) },
  revoke: {
    takes: ['the id of an invitation'],
    async run({ client, terminal, json }, [id = '']) {
      await client.deleteInvitation(id)
      terminal.out(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${printable(id)} is taken back\n`)
    },
  },
}

async function list(invocation: Invocation) {
  refuseOptions(invocation, { command: 'invite', options: [] })
  const { client, terminal, json } = invocation
  const all = await allPages((cursor) => client.listInvitations({ limit: 100, cursor }))
  if (json) return terminal.out(`${JSON.stringify(all)}\n`)
  const now = new Date()
  const rows = all.map((one) => [
    one.id,
    one.email ?? 'anyone',
    one.role,
    formatAge(one.createdAt, now),
    stateOf(one, now),
  ])
  terminal.out(table(['INVITATION', 'E-MAIL', 'ROLE', 'CREATED', 'EXPIRES'], rows))
}

const stateOf = ({ usedAt, validUntil }: Invitation, now: Date): string => {
  if (usedAt !== undefined) return `used ${formatAge(usedAt, now)}`
  return Date.parse(validUntil) <= now.getTime() ? `expired ${validUntil}` : validUntil
}

async function create(invocation: Invocation, email: string | undefined) {
  const { client, terminal, json } = invocation
  const [role, expiresInDays] = [textOption(invocation, 'role'), numberOption(invocation, 'expires-in-days')]
  if (role !== undefined && role !== 'admin' && role !== 'member') throw new UsageError('--role is admin or member')
  const made = await client
    .createInvitation({
      ...(email !== undefined && { email }),
      ...(role !== undefined && { role }),
      ...(expiresInDays !== undefined && { expiresInDays }),
    })
    .catch(
      advised({
        codes: ['invitations_closed'],
        advice: `To create it: slipway users add NAME --email ${email === undefined ? 'ADDRESS' : shellWord(email)}`,
      }),
    )
  terminal.out(json ? `${JSON.stringify(made)}\n` : `${made.token}\n`)
  const about = `${made.id} (${made.role}) for ${made.email ?? 'anyone'}, until ${made.validUntil}`
  if (!json) terminal.err(`${printable(about)}. It is shown only once, and creates one account.\n`)
}

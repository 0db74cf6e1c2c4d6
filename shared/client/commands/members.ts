import { type OwnerRole, ownerRoles } from '../../auth/principal.ts'
import { type Command, type Invocation, textOption, UsageError } from '../command.ts'
import { allPages } from '../request.ts'
import { shellWord } from '../shell-word.ts'
import { printable, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { refuseOptions, runVerb, type Verb } from './verbs.ts'

export const members: Command = {
  summary: 'list, add and remove members of an organisation',
  usage: 'slipway members [OWNER | VERB OWNER USER …]',
  help: `Examples:
  slipway members acme
  slipway members add acme ada                  may read its repos and use its deployments
  slipway members add acme ada --role write     may also change them
  slipway members role acme ada admin           may also manage members
  slipway members remove acme ada               or yourself, to leave

Options:
  --role ROLE   add: read (default), write or admin

Changes apply from the next request on. The last admin of an organisation cannot be removed.`,
  options: { role: { type: 'string' } },
  parameters: { min: 1, max: 4 },
  async run(invocation) {
    const [owner = '', ...more] = invocation.parameters
    return more.length === 0 && !Object.hasOwn(verbs, owner)
      ? list(invocation, owner)
      : runVerb('members', verbs, invocation)
  },
}

async function list(invocation: Invocation, owner: string) {
  refuseOptions(invocation, { command: 'members OWNER', options: [] })
  const { client, terminal, json } = invocation
  const all = await allPages((cursor) => client.listMembers(owner, { limit: 100, cursor }))
  if (json) return terminal.out(`${JSON.stringify(all)}\n`)
  if (all.length === 0) {
    const how = `slipway members add ${shellWord(owner)} USER`
    return terminal.err(
      `Nobody is a member of "${printable(owner)}"; admins of the platform may all there. To let one in: ${how}\n`,
    )
  }
  const now = new Date()
  const rows = all.map(({ username, role, addedAt }) => [username, role, formatAge(addedAt, now)])
  terminal.out(table(['MEMBER', 'ROLE', 'SINCE'], rows))
}

const whose = ['the name of an organisation', 'the name of a user'] as const

const verbs: Record<string, Verb> = {
  add: {
    takes: whose,
    options: ['role'],
    run: (invocation, [owner = '', username = '']) =>
      set(invocation, { owner, username, role: textOption(invocation, 'role') ?? 'read' }),
  },
  role: {
    takes: [...whose, ownerRoles.join(', ')],
    run: (invocation, [owner = '', username = '', role = '']) => set(invocation, { owner, username, role }),
  },
  remove: {
    takes: whose,
    async run({ client, terminal, json }, [owner = '', username = '']) {
      await client.removeMember(owner, username)
      const answer = { owner, username, removed: true }
      terminal.out(
        json ? `${JSON.stringify(answer)}\n` : `${printable(username)} is no longer in ${printable(owner)}\n`,
      )
    },
  },
}

async function set({ client, terminal, json }: Invocation, { owner, username, role }: Wanted) {
  if (!isRole(role)) throw new UsageError(`"${role}" is no role: a member may ${ownerRoles.join(', ')}`)
  const member = await client.setMember(owner, username, { role })
  const said = `${member.username} has the role ${member.role} in ${owner}`
  terminal.out(json ? `${JSON.stringify(member)}\n` : `${printable(said)}\n`)
}

interface Wanted {
  owner: string
  username: string
  role: string
}

const isRole = (role: string): role is OwnerRole => (ownerRoles as readonly string[]).includes(role)

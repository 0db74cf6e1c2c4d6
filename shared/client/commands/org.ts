import type { Command, Invocation } from '../command.ts'
import { allPages } from '../request.ts'
import { shellWord } from '../shell-word.ts'
import { printable, table } from '../terminal.ts'
import { refuseOptions, runVerb, type Verb } from './verbs.ts'

export const org: Command = {
  summary: 'list, create and delete organisations',
  usage: 'slipway org [VERB NAME]',
  help: `Examples:
  slipway org                 your namespaces and your role in each
  slipway org create acme     you become its admin
  slipway org delete acme     only without repos and deployments

Users and organisations share one set of names, in any case. Members: slipway members acme`,
  options: {},
  parameters: { min: 0, max: 2 },
  run: (invocation) => (invocation.parameters.length === 0 ? list(invocation) : runVerb('org', verbs, invocation)),
}

async function list(invocation: Invocation) {
  refuseOptions(invocation, { command: 'org', options: [] })
  const { client, terminal, json } = invocation
  const all = await allPages((cursor) => client.listOwners({ limit: 100, cursor }))
  if (json) return terminal.out(`${JSON.stringify(all)}\n`)
  const rows = all.map(({ name, kind, role }) => [name, kind, role])
  terminal.out(table(['NAME', 'KIND', 'YOUR ROLE'], rows))
}

const verbs: Record<string, Verb> = {
  create: {
    takes: ['a name for it'],
    async run({ client, terminal, json }, [name = '']) {
      const owner = await client.createOwner({ name })
      if (json) return terminal.out(`${JSON.stringify(owner)}\n`)
      terminal.out(`${printable(owner.name)} is created\n`)
      terminal.err(`to let others in: slipway members add ${shellWord(owner.name)} USER\n`)
    },
  },
  delete: {
    takes: ['the name of an organisation'],
    async run({ client, terminal, json }, [name = '']) {
      await client.deleteOwner(name)
      terminal.out(json ? `${JSON.stringify({ name, deleted: true })}\n` : `${printable(name)} is deleted\n`)
    },
  },
}

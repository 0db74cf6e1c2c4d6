import type { Command } from '../command.ts'
import { printable } from '../terminal.ts'

export const whoami: Command = {
  summary: 'show whose key is used, and what it may do',
  usage: 'slipway whoami',
  help: `Examples:
  slipway whoami
  slipway whoami --json`,
  options: {},
  parameters: { min: 0, max: 0 },
  async run({ client, terminal, json }) {
    const me = await client.me()
    if (json) return terminal.out(`${JSON.stringify({ url: client.url, ...me })}\n`)
    const orgs = me.organisations.map(({ name, role }) => `${name} (${role})`)
    const facts: [string, string | undefined][] = [
      ['server', client.url],
      ['user', `${me.username} (${me.role})`],
      ['e-mail', me.email],
      ['scopes', me.scopes.join(', ')],
      ['limit', me.limit],
      ['orgs', orgs.join(', ')],
    ]
    for (const [name, value] of facts) if (value) terminal.out(`${name.padEnd(8)} ${printable(value)}\n`)
  },
}

import type { OwnerUsage } from '../../contract/usage.ts'
import type { Command } from '../command.ts'
import { allPages } from '../request.ts'
import { table } from '../terminal.ts'
import { formatBytes } from '../units.ts'

export const usage: Command = {
  summary: 'show the usage and quotas of your namespaces',
  usage: 'slipway usage [OWNER]',
  help: `Examples:
  slipway usage
  slipway usage acme --json

Stored bytes count each distinct file content once per owner.`,
  options: {},
  parameters: { min: 0, max: 1 },
  async run({ parameters: [owner], client, terminal, json }) {
    const items = await allPages((cursor) => client.getUsage({ owner, limit: 100, cursor }))
    if (json) return terminal.out(`${JSON.stringify(items)}\n`)
    const rows = items.flatMap(({ owner: name, quotas }) =>
      quotas.map((quota) => [name, quota.name, shown(quota.name, quota.used), limitOf(quota)]),
    )
    terminal.out(table(['OWNER', 'QUOTA', 'USED', 'LIMIT'], rows))
  },
}

type Quota = OwnerUsage['quotas'][number]

const limitOf = ({ name, limit, isOwn }: Quota): string =>
  limit === undefined ? 'none' : `${shown(name, limit)}${isOwn ? ' (set for it)' : ''}`

const shown = (name: Quota['name'], count: number | undefined): string => {
  if (count === undefined) return '-'
  return name === 'storedBytes' ? formatBytes(count) : String(count)
}

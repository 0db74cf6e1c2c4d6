import type { Repo } from '../../contract/repo.ts'
import type { Command } from '../command.ts'
import { table } from '../terminal.ts'
import { formatAge, formatBytes } from '../units.ts'

export const ls: Command = {
  summary: 'list the models',
  usage: 'slipway ls',
  help: `Examples:
  slipway ls
  slipway ls --json

With --json, one JSON array of every model.`,
  options: {},
  parameters: { min: 0, max: 0 },
  async run({ client, terminal, json }) {
    const repos: Repo[] = []
    let cursor: string | undefined
    do {
      const page = await client.listRepos({ limit: 100, cursor })
      repos.push(...page.items)
      cursor = page.cursor
    } while (cursor !== undefined)
    if (json) return terminal.out(`${JSON.stringify(repos)}\n`)
    if (repos.length === 0) return terminal.err('No models yet. Bring one in: slipway pull hf://owner/name\n')
    const now = new Date()
    const rows = repos.map((repo) => [
      repo.id,
      repo.task ?? '-',
      formatBytes(repo.sizeBytes),
      formatAge(repo.updatedAt, now),
    ])
    terminal.out(table(['MODEL', 'TASK', 'SIZE', 'UPDATED'], rows))
  },
}

import { type Command, textOption, UsageError } from '../command.ts'
import { printable } from '../terminal.ts'
import { formatAge, formatBytes } from '../units.ts'
import { datasetOption, namedRevision } from './named-repo.ts'

export const log: Command = {
  summary: 'show the revisions that led to one',
  usage: 'slipway log OWNER/NAME[@REF]',
  help: `Examples:
  slipway log acme/iris
  slipway log acme/iris@champion -n 3 --json

Options:
  -n, --count NUMBER   how many, the newest first (default: 20, at most 100)
  --dataset            a dataset instead of a model`,
  options: { count: { type: 'string', short: 'n' }, ...datasetOption },
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const { client, terminal, json } = invocation
    const { ref, ...repo } = namedRevision(invocation, invocation.parameters[0] ?? '')
    const limit = Number(textOption(invocation, 'count') ?? 20)
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new UsageError('--count is from 1 to 100')
    const { items, cursor } = await client.listRevisions(repo, { ref, limit })
    if (json) return terminal.out(`${JSON.stringify(items)}\n`)
    const now = new Date()
    for (const { id, title, message, createdAt, createdBy, filesTotal, sizeBytes } of items) {
      const about = `${formatAge(createdAt, now)} by ${createdBy}, ${filesTotal} files, ${formatBytes(sizeBytes)}`
      terminal.out(`${id}  ${printable(title)}\n  ${printable(about)}\n`)
      if (message !== undefined) terminal.out(`  ${printable(message)}\n`)
    }
    if (cursor !== undefined) terminal.err(`… and more, that led to these\n`)
  },
}

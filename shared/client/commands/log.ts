import { type Command, textOption, UsageError } from '../command.ts'
import { firstItems } from '../request.ts'
import { printable } from '../terminal.ts'
import { counted, formatAge, formatBytes } from '../units.ts'
import { datasetOption, namedRevision } from './named-repo.ts'

export const log: Command = {
  summary: 'show the history of a revision',
  usage: 'slipway log OWNER/NAME[@REF]',
  help: `Examples:
  slipway log acme/iris
  slipway log acme/iris@champion -n 3 --json

Options:
  -n, --count NUMBER   the number of revisions, newest first (default: 20)
  --dataset            a dataset instead of a model`,
  options: { count: { type: 'string', short: 'n' }, ...datasetOption },
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const { client, terminal, json } = invocation
    const { ref, ...repo } = namedRevision(invocation, invocation.parameters[0] ?? '')
    const count = Number(textOption(invocation, 'count') ?? 20)
    if (!Number.isInteger(count) || count < 1) throw new UsageError('--count takes a number of 1 or more')
    const { items, isMore } = await firstItems(count, (page) => client.listRevisions(repo, { ref, ...page }))
    if (json) return terminal.out(`${JSON.stringify(items)}\n`)
    const now = new Date()
    for (const { id, title, message, createdAt, createdBy, filesTotal, sizeBytes } of items) {
      const about = `${formatAge(createdAt, now)} by ${createdBy}, ${counted(filesTotal, 'file')}, ${formatBytes(sizeBytes)}`
      terminal.out(`${id}  ${printable(title)}\n  ${printable(about)}\n`)
      if (message !== undefined) terminal.out(`  ${printable(message)}\n`)
    }
    if (isMore) terminal.err(`… and older ones: -n ${count * 2}\n`)
  },
}

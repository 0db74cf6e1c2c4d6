import type { FileChange } from '../../contract/revision.ts'
import { parseTarget } from '../../model/target.ts'
import { type Command, UsageError } from '../command.ts'
import { allPages } from '../request.ts'
import { printable } from '../terminal.ts'
import { formatBytes } from '../units.ts'
import { datasetOption, namedRevision, rightly } from './named-repo.ts'

export const diff: Command = {
  summary: 'show the differences between two revisions of a model',
  usage: 'slipway diff OWNER/NAME[@REF] FROM',
  help: `Examples:
  slipway diff acme/iris v1                 what main has changed since v1
  slipway diff acme/iris@v2 v1 --json

Options:
  --dataset   a dataset instead of a model`,
  options: datasetOption,
  parameters: { min: 2, max: 2 },
  async run(invocation) {
    const { client, terminal, json } = invocation
    const [given = '', from = ''] = invocation.parameters
    const { ref: to, ...repo } = namedRevision(invocation, given)
    if (isTarget(from)) throw notTwice({ ...repo, to, from })
    let about: Pick<Awaited<ReturnType<typeof client.diffRevisions>>, 'from' | 'to' | 'metadata'> | undefined
    const items = await allPages(async (cursor) => {
      const {
        items: changes,
        cursor: next,
        ...rest
      } = await client.diffRevisions(repo, { from, to, limit: 100, cursor })
      about = rest
      return { items: changes, ...(next !== undefined && { cursor: next }) }
    })
    if (json) return terminal.out(`${JSON.stringify({ ...about, items })}\n`)
    for (const change of items) terminal.out(`${printable(lineOf(change))}\n`)
    for (const { field, before, after } of about?.metadata ?? [])
      terminal.out(`~ ${printable(`${field}: ${said(before)} → ${said(after)}`)}\n`)
    if (items.length === 0 && (about?.metadata.length ?? 0) === 0) terminal.err('They are the same.\n')
  },
}

/** `@` never occurs in a ref's name. */
const isTarget = (given: string): boolean => /^[^/@]+\/[^/@]+@/.test(given)

/** With two full names, the older one comes first. */
function notTwice({ repo, to, from }: { repo: string; to: string; from: string }): UsageError {
  if (rightly(() => parseTarget(from)).repo.toLowerCase() !== repo.toLowerCase())
    return new UsageError('diff compares two revisions of one model, not two models')
  return new UsageError(`FROM is only a ref and comes second: slipway diff ${from} ${to}`)
}

function lineOf({ path, change, before, after }: FileChange): string {
  const size = (content: { sizeBytes: number } | undefined) => formatBytes(content?.sizeBytes ?? 0)
  if (change === 'added') return `+ ${path}  ${size(after)}`
  if (change === 'removed') return `- ${path}  ${size(before)}`
  return `M ${path}  ${size(before)} → ${size(after)}`
}

const said = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

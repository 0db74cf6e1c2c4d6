import type { RepoDetail } from '../../contract/repo.ts'
import type { Revision } from '../../contract/revision.ts'
import { isServedTask, servedAs } from '../../model/served-tasks.ts'
import { inspectionWarnings, servingFault } from '../../model/serving-fault.ts'
import type { Command, Invocation } from '../command.ts'
import { firstItems } from '../request.ts'
import { printable, table } from '../terminal.ts'
import { formatBytes } from '../units.ts'
import { datasetOption, namedRevision, uploadTo } from './named-repo.ts'

export const show: Command = {
  summary: 'show a model: its refs, files, inputs and outputs',
  usage: 'slipway show OWNER/NAME[@REF]',
  help: `Examples:
  slipway show slipway/iris
  slipway show slipway/iris@v1 --json

Options:
  --dataset   a dataset instead of a model`,
  options: datasetOption,
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const { client, terminal, json } = invocation
    const { ref, ...repo } = namedRevision(invocation, invocation.parameters[0] ?? '')
    const detail = await client.getRepo(repo)
    const isUnborn = detail.revision === undefined && ref === 'main'
    const revision = isUnborn ? undefined : await client.getRevision(repo, ref)
    if (revision === undefined || (revision.filesTotal === 0 && ref === 'main'))
      return showEmpty(invocation, { ...detail, revision })
    const { items: files, isMore } = await firstItems(json ? Number.POSITIVE_INFINITY : 100, (page) =>
      client.listFiles(repo, revision.id, page),
    )
    if (json) return terminal.out(`${JSON.stringify({ ...detail, revision, files })}\n`)
    const { metadata } = revision
    const { branches, tags, aliases } = detail.refs
    const refs = [...branches, ...tags, ...aliases].filter((named) => named.revision === revision.id)
    const facts: [string, string | undefined][] = [
      [repo.kind ?? 'model', detail.id],
      ['revision', `${revision.id} (${refs.map(({ name }) => name).join(', ') || ref})`],
      ['task', taskOf(metadata?.task)],
      ['library', metadata?.library],
      ['license', metadata?.license],
      ['source', revision.source],
      ['versions', tags.map(({ name }) => name).join(', ')],
      ['aliases', aliases.map(({ name }) => name).join(', ')],
      ['tags', detail.tags.join(', ')],
    ]
    for (const [name, value] of facts) if (value) terminal.out(`${name.padEnd(9)} ${printable(value)}\n`)
    for (const { path, inputs, outputs, fault } of metadata?.onnx ?? []) {
      const signature = (tensors: typeof inputs) =>
        tensors
          .map(({ name, type, shape }) => `${name} ${type}${shape === undefined ? '' : `[${shape.join(', ')}]`}`)
          .join('; ')
      if (fault === undefined)
        terminal.out(`onnx      ${printable(`${path}: ${signature(inputs)} → ${signature(outputs)}`)}\n`)
    }
    const warnings = metadata === undefined ? [] : inspectionWarnings(metadata)
    const isModel = detail.kind === 'model' && metadata !== undefined
    const unserved = isModel ? servingFault(detail.id, metadata) : undefined
    for (const warning of warnings) terminal.out(`warning   ${printable(warning)}\n`)
    if (unserved !== undefined) terminal.out(`deploy    not as it is: ${printable(unserved)}\n`)
    const rows = files.map(({ path, sizeBytes, sha256 }) => [path, formatBytes(sizeBytes), sha256.slice(0, 12)])
    terminal.out(`\n${table(['FILE', 'SIZE', 'SHA256'], rows)}`)
    if (isMore) terminal.err(`… and more: ${revision.filesTotal} files in all, each with --json\n`)
  },
}

function showEmpty(invocation: Invocation, detail: Omit<RepoDetail, 'revision'> & { revision?: Revision | undefined }) {
  const { terminal, json } = invocation
  if (json) return terminal.out(`${JSON.stringify({ ...detail, files: [] })}\n`)
  terminal.out(`${detail.kind.padEnd(9)} ${printable(detail.id)}\n`)
  terminal.err(`It is empty.\nnext: ${uploadTo(invocation, printable(detail.id))}\n`)
}

/** The Hub's name of a task, with the name of the task it is served as. */
function taskOf(task: string | undefined): string | undefined {
  if (task === undefined || !isServedTask(task) || servedAs(task) === task) return task
  return `${task} (served as ${servedAs(task)})`
}

import { messageOf } from '../../errors.ts'
import { parseTarget } from '../../model/target.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../command.ts'
import { printable, table } from '../terminal.ts'
import { formatBytes } from '../units.ts'

export const show: Command = {
  summary: 'show a model: its refs, files and what it takes and gives',
  usage: 'slipway show OWNER/NAME[@REF]',
  help: `Examples:
  slipway show slipway/iris
  slipway show slipway/iris@v1 --json`,
  options: {},
  parameters: { min: 1, max: 1 },
  async run({ parameters: [given = ''], client, terminal, json }) {
    const { repo, ref } = target(given)
    const [detail, revision] = [await client.getRepo(repo), await client.getRevision(repo, ref)]
    const { items: files, cursor } = await client.listFiles(repo, revision.id, { limit: 100 })
    if (json) return terminal.out(`${JSON.stringify({ ...detail, revision, files })}\n`)
    const { metadata } = revision
    const { branches, tags, aliases } = detail.refs
    const refs = [...branches, ...tags, ...aliases].filter((named) => named.revision === revision.id)
    const facts: [string, string | undefined][] = [
      ['model', repo],
      ['revision', `${revision.id} (${refs.map(({ name }) => name).join(', ') || ref})`],
      ['task', metadata?.task],
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
      terminal.out(`onnx      ${printable(fault ?? `${path}: ${signature(inputs)} → ${signature(outputs)}`)}\n`)
    }
    for (const warning of metadata?.warnings ?? []) terminal.out(`warning   ${printable(warning)}\n`)
    const rows = files.map(({ path, sizeBytes, sha256 }) => [path, formatBytes(sizeBytes), sha256.slice(0, 12)])
    terminal.out(`\n${table(['FILE', 'SIZE', 'SHA256'], rows)}`)
    if (cursor !== undefined) terminal.err(`… and more: ${revision.filesTotal} files in all\n`)
  },
}

function target(given: string) {
  try {
    return parseTarget(given)
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}

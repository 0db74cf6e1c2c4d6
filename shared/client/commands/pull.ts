import type { ImportJob } from '../../contract/import.ts'
import { parseRepoId } from '../../model/repo-id.ts'
import { advised } from '../advised.ts'
import { type Command, CommandFailed, textOption, textOptions } from '../command.ts'
import { shellWord } from '../shell-word.ts'
import { printable, type Terminal } from '../terminal.ts'
import { counted, formatBytes } from '../units.ts'
import { followImport } from './follow-import.ts'
import { foundElsewhere } from './found-elsewhere.ts'
import { rightly } from './named-repo.ts'
import { pastedSource } from './pasted-source.ts'

export const pull: Command = {
  summary: 'import a model from a Hub or from the drop folder',
  usage: 'slipway pull SOURCE',
  help: `Examples:
  slipway pull hf://sentence-transformers/all-MiniLM-L6-v2
  slipway pull hf://sentence-transformers/all-MiniLM-L6-v2@v1 --include '*.json' --include 'onnx/model.onnx'
  slipway pull https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
  slipway pull s3-drop://team/churn/v3

Options:
  --repo OWNER/NAME   the repo to import into (default: the source's name)
  --include PATTERN   only matching files; may be repeated
  --exclude PATTERN   skip matching files; may be repeated
  --now               import the files of a drop now, instead of waiting until it is complete
  --detach            do not wait for the import

A drop is complete when it contains a file _SUCCESS, or when it has not changed for a while. To resume a failed or
interrupted pull, repeat the command: files that are already here are not transferred again.`,
  options: {
    repo: { type: 'string' },
    include: { type: 'string', multiple: true },
    exclude: { type: 'string', multiple: true },
    now: { type: 'boolean' },
    detach: { type: 'boolean' },
  },
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    const [given = ''] = invocation.parameters
    const { source, isPage } = pastedSource(given)
    const [repo, include, exclude] = [
      textOption(invocation, 'repo'),
      textOptions(invocation, 'include'),
      textOptions(invocation, 'exclude'),
    ]
    if (repo !== undefined) rightly(() => parseRepoId(repo))
    if (isPage) terminal.err(`reading this as ${printable(source)}, from the Hub that the server uses as HF_ENDPOINT\n`)
    const asked = client.createImport({
      source,
      ...(repo !== undefined && { repo }),
      ...(include !== undefined && { include }),
      ...(exclude !== undefined && { exclude }),
      ...(options.now === true && { now: true }),
    })
    const elsewhere = `To import it into another repo: slipway pull ${shellWord(given)} --repo OWNER/NAME`
    const started = await (repo === undefined
      ? asked.catch(advised({ codes: ['owner_not_found', 'name_reserved'], advice: elsewhere }))
      : asked)
    const job = options.detach === true ? started : await followImport(started, client, terminal)
    if (job.state === 'FAILED') {
      const elsewhere = await foundElsewhere(invocation, job)
      throw new CommandFailed(`the pull failed: ${printable(job.failure?.message)}${elsewhere}`, job)
    }
    if (json) terminal.out(`${JSON.stringify(job)}\n`)
    else if (job.state === 'READY') report(job, terminal)
    else {
      terminal.out(`${job.id}\n`)
      terminal.err('next: slipway status\n')
    }
  },
}

function report(job: ImportJob, terminal: Terminal) {
  const held = job.bytesHeld > 0 ? `, of which ${formatBytes(job.bytesHeld)} were here already` : ''
  terminal.out(
    `${job.repo}  ${job.revision}  ${counted(job.filesTotal, 'file')}, ${formatBytes(job.bytesTotal)}${held}\n`,
  )
  const left = (job.skipped ?? []).filter(({ reason }) => !/cluded$/.test(reason))
  for (const { path, reason } of left.slice(0, 10)) terminal.err(`left out: ${printable(path)} (${reason})\n`)
  if (left.length > 10) terminal.err(`left out: ${left.length - 10} more\n`)
  for (const warning of job.warnings ?? []) terminal.err(`warning: ${printable(warning)}\n`)
  terminal.err(
    job.notServed === undefined
      ? `next: slipway deploy ${job.repo}\n`
      : `The model was imported, but cannot be deployed: ${printable(job.notServed)}\n`,
  )
}

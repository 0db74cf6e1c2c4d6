import { setTimeout as wait } from 'node:timers/promises'
import type { ImportJob } from '../../contract/import.ts'
import type { ApiClient } from '../api-client.ts'
import { type Command, CommandFailed, textOption, textOptions } from '../command.ts'
import { createProgress, printable, type Terminal } from '../terminal.ts'
import { formatBytes, formatSeconds } from '../units.ts'

const pollMs = 500

export const pull: Command = {
  summary: 'bring a model in from a Hub or from the drop folder',
  usage: 'slipway pull SOURCE',
  help: `Examples:
  slipway pull hf://sentence-transformers/all-MiniLM-L6-v2
  slipway pull hf://sentence-transformers/all-MiniLM-L6-v2@v1 --include '*.json' --include 'onnx/model.onnx'
  slipway pull s3-drop://team/churn/v3

Options:
  --repo OWNER/NAME   where it goes (default: the source's own name)
  --include PATTERN   only files that match; may be given again
  --exclude PATTERN   not the files that match; may be given again
  --detach            do not wait for it

A pull that failed or was cut off is resumed by the same command: what is here already is not moved again.`,
  options: {
    repo: { type: 'string' },
    include: { type: 'string', multiple: true },
    exclude: { type: 'string', multiple: true },
    detach: { type: 'boolean' },
  },
  parameters: { min: 1, max: 1 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    const [given = ''] = invocation.parameters
    const source = sourceOf(given)
    const [repo, include, exclude] = [
      textOption(invocation, 'repo'),
      textOptions(invocation, 'include'),
      textOptions(invocation, 'exclude'),
    ]
    const started = await client.createImport({
      source,
      ...(repo !== undefined && { repo }),
      ...(include !== undefined && { include }),
      ...(exclude !== undefined && { exclude }),
    })
    const job = options.detach === true ? started : await follow(started, client, terminal)
    if (job.state === 'FAILED') throw new CommandFailed(`the pull failed: ${printable(job.failure?.message)}`, job)
    if (json) terminal.out(`${JSON.stringify(job)}\n`)
    else if (job.state !== 'READY') terminal.out(`${job.id}\n`)
    else report(job, terminal)
  },
}

/** What people paste: a source, a name, or the address of a page of the Hub. */
const sourceOf = (given: string): string => {
  const [, page] = /^https:\/\/(?:huggingface\.co|hf\.co)\/([^/]+\/[^/?#]+)\/?$/.exec(given) ?? []
  if (page !== undefined) return `hf://${page}`
  return given.includes('://') ? given : `hf://${given}`
}

async function follow(started: ImportJob, client: ApiClient, terminal: Terminal): Promise<ImportJob> {
  const progress = createProgress(terminal)
  const rate = createRate()
  let job = started
  try {
    while (job.state !== 'READY' && job.state !== 'FAILED') {
      progress.show(describe(job, terminal.isTty ? rate(job.bytesDone - job.bytesHeld) : 0))
      await wait(pollMs)
      job = await client.getImport(job.id)
    }
  } finally {
    progress.end()
  }
  return job
}

/** `66% 2.1/3.2 GB 30 MB/s ETA 0:36` */
function describe(job: ImportJob, bytesPerSecond: number): string {
  if (job.state === 'PENDING') return `${job.repo}: listing the source`
  if (job.state === 'INSPECTING') return `${job.repo}: inspecting`
  const percent = job.bytesTotal === 0 ? 100 : Math.floor((100 * job.bytesDone) / job.bytesTotal)
  const left = job.bytesTotal - job.bytesDone
  const speed =
    bytesPerSecond > 0 && left > 0
      ? ` ${formatBytes(bytesPerSecond)}/s ETA ${formatSeconds(left / bytesPerSecond)}`
      : ''
  return `${job.repo}: ${percent}% ${formatBytes(job.bytesDone)}/${formatBytes(job.bytesTotal)}${speed}`
}

/** Bytes per second over the last few looks. */
function createRate() {
  const points: { at: number; bytes: number }[] = []
  return (bytes: number): number => {
    points.push({ at: performance.now(), bytes })
    if (points.length > 10) points.shift()
    const [first] = points
    const last = points.at(-1)
    if (first === undefined || last === undefined || last.at === first.at) return 0
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000
  }
}

function report(job: ImportJob, terminal: Terminal) {
  const held = job.bytesHeld > 0 ? `, of which ${formatBytes(job.bytesHeld)} were here already` : ''
  terminal.out(`${job.repo}  ${job.revision}  ${job.filesTotal} files, ${formatBytes(job.bytesTotal)}${held}\n`)
  const left = (job.skipped ?? []).filter(({ reason }) => !/cluded$/.test(reason))
  for (const { path, reason } of left.slice(0, 10)) terminal.err(`left out: ${printable(path)} (${reason})\n`)
  if (left.length > 10) terminal.err(`left out: ${left.length - 10} more\n`)
  terminal.err(`next: slipway deploy ${job.repo}\n`)
}

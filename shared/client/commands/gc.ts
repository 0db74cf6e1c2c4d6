import { type Command, type Invocation, textOption, UsageError } from '../command.ts'
import { counted, formatBytes } from '../units.ts'
import { detachHelp, detachOption, runMaintenance } from './follow-maintenance.ts'

export const gc: Command = {
  summary: 'remove deleted repos and unreferenced content',
  usage: 'slipway gc',
  help: `Examples:
  slipway gc --dry-run
  slipway gc
  slipway gc --repo-grace-days 7

Options:
  --dry-run             print what would be freed, and change nothing
  --grace-hours N       keep unreferenced content for at least N hours (default 24)
  --repo-grace-days N   keep deleted repos restorable for N days (default 30)
${detachHelp}

It is safe to run during imports and commits: everything they need is kept.`,
  options: {
    'dry-run': { type: 'boolean' },
    'grace-hours': { type: 'string' },
    'repo-grace-days': { type: 'string' },
    ...detachOption,
  },
  parameters: { min: 0, max: 0 },
  async run(invocation) {
    const { terminal, json, options } = invocation
    const dryRun = options['dry-run'] === true
    const [graceHours, repoGraceDays] = [
      numberOption(invocation, 'grace-hours'),
      numberOption(invocation, 'repo-grace-days'),
    ]
    const job = await runMaintenance(invocation, 'gc', {
      ...(dryRun && { dryRun }),
      ...(graceHours !== undefined && { graceHours }),
      ...(repoGraceDays !== undefined && { repoGraceDays }),
    })
    if (job === undefined) return
    if (json) return terminal.out(`${JSON.stringify(job)}\n`)
    const {
      reposPurged = 0,
      blobsFreed = 0,
      bytesFreed = 0,
      itemsFreed = 0,
      heldBytesFreed = 0,
      objectsFreed = 0,
    } = job.counts
    terminal.out(
      `${dryRun ? 'would free' : 'freed'} ${formatBytes(bytesFreed)} in ${counted(blobsFreed, 'blob')} and ${counted(objectsFreed, 'other object')}, ${counted(itemsFreed, 'item')}, ${counted(reposPurged, 'deleted repo')}; ${formatBytes(heldBytesFreed)} ${dryRun ? 'would be' : 'were'} given back to owners\n`,
    )
    if ((job.counts.leftForNext ?? 0) > 0) terminal.err(`${job.counts.leftForNext} blobs are left for the next run\n`)
  },
}

export function numberOption(invocation: Invocation, name: string): number | undefined {
  const given = textOption(invocation, name)
  if (given === undefined) return undefined
  const value = Number(given)
  if (given.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${name} "${given}" is not a number`)
  return value
}

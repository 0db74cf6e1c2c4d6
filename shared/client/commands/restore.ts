import { type Command, UsageError } from '../command.ts'
import { counted } from '../units.ts'
import { detachHelp, detachOption, runMaintenance } from './follow-maintenance.ts'

export const restore: Command = {
  summary: 'restore a backup of the registry',
  usage: 'slipway restore [BACKUP]',
  help: `Examples:
  slipway restore
  slipway restore 20261121T024300Z-1a2b3c --replace
  slipway restore --merge --objects

Options:
  --replace           replace the registry by the backup: repos that are not in it are lost for good; only your own
                      account and keys stay. Use this after the loss of a table if drop folders were imported again
                      meanwhile
  --merge             add what is missing and keep what is there: deleted repos stay deleted while they can be restored,
                      and so do deleted branches, tags and aliases; names taken by others meanwhile stay theirs; removed
                      members stay removed; deployments come back paused
  --objects           also restore missing blobs from the backup
${detachHelp}

The default is the newest complete backup. Without --replace or --merge the registry must be empty. The whole backup is
read and checked before the first write, and an interrupted restore continues where it stopped. After the loss of the
table, revisions newer than the backup are restored from the bucket, too.

Without --merge, deployments return as they were in the backup, but those that are paused now stay paused.`,
  options: { replace: { type: 'boolean' }, merge: { type: 'boolean' }, objects: { type: 'boolean' }, ...detachOption },
  parameters: { min: 0, max: 1 },
  async run(invocation) {
    const { terminal, json, options, parameters } = invocation
    const [backup] = parameters
    if (options.replace === true && options.merge === true)
      throw new UsageError('--replace and --merge exclude each other')
    const mode = options.replace === true ? 'replace' : options.merge === true ? 'merge' : undefined
    const job = await runMaintenance(invocation, 'restore', {
      ...(backup !== undefined && { backup }),
      ...(mode !== undefined && { mode }),
      ...(options.objects === true && { objects: true }),
    })
    if (job === undefined) return
    if (json) return terminal.out(`${JSON.stringify(job)}\n`)
    const { itemsRestored = 0, itemsRemoved = 0, blobsRestored = 0 } = job.counts
    terminal.out(
      `${job.backup}  ${counted(itemsRestored, 'item')} restored, ${itemsRemoved} removed, ${counted(blobsRestored, 'blob')} brought back\n`,
    )
    terminal.err('next: slipway fsck --repair\n')
  },
}

import { type Command, UsageError } from '../command.ts'
import { counted } from '../units.ts'
import { detachHelp, detachOption, runMaintenance } from './follow-maintenance.ts'

export const restore: Command = {
  summary: 'bring a backup of the registry back',
  usage: 'slipway restore [BACKUP]',
  help: `Examples:
  slipway restore
  slipway restore 20261121T024300Z-1a2b3c --replace
  slipway restore --merge --objects

Options:
  --replace           put the backup in the place of what is there: repos that it does not have go for good; only your
                      own account and keys stay beside it. After the loss of a table, this is how its repos come back,
                      where drop folders were imported anew meanwhile
  --merge             add what is missing, and leave what is there: a repo that was deleted stays so while it can be
                      brought back, as do branches, tags and aliases; a name that another repo or user has by now stays
                      that one's; who was let out of an organisation stays out; and deployments come back paused
  --objects           the backup's blobs too, where they are missing
${detachHelp}

Without BACKUP it is the newest complete one. Without --replace or --merge only an empty registry is written to. All of
the backup is read and checked before the first write; one that was cut off goes on where it was. Where the table was
lost, what its repos got after the backup comes back from the bucket too.`,
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

import type { Command } from '../command.ts'
import { table } from '../terminal.ts'
import { counted, formatAge, formatBytes } from '../units.ts'
import { detachHelp, detachOption, runMaintenance } from './follow-maintenance.ts'
import { numberOption } from './gc.ts'

export const backup: Command = {
  summary: 'back up the registry to its bucket, with or without the blobs',
  usage: 'slipway backup',
  help: `Examples:
  slipway backup
  slipway backup --objects
  slipway backup --list

Options:
  --objects           also copy the blobs to backups/, each once for all backups
  --keep-days N       remove older backups, but never the newest complete one (default 30)
  --list              list the complete backups, newest first
${detachHelp}

The backup is in the same bucket (backups/), so it protects from mistakes and from the loss of the table, but not from
the loss of the bucket: for that, copy backups/ elsewhere, and also blobs/ unless you use --objects. Passwords and keys
are included as hashes; sessions, logins and running jobs are not.`,
  options: {
    objects: { type: 'boolean' },
    'keep-days': { type: 'string' },
    list: { type: 'boolean' },
    ...detachOption,
  },
  parameters: { min: 0, max: 0 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    if (options.list === true) {
      const { items } = await client.listBackups()
      if (json) return terminal.out(`${JSON.stringify(items)}\n`)
      const now = new Date()
      const rows = items.map((entry) => [
        entry.id,
        formatAge(entry.createdAt, now),
        String(entry.items),
        formatBytes(entry.sizeBytes),
        entry.blobs === undefined ? 'registry only' : counted(entry.blobs, 'blob'),
      ])
      return terminal.out(table(['BACKUP', 'CREATED', 'ITEMS', 'SIZE', 'OBJECTS'], rows))
    }
    const objects = options.objects === true
    const keepDays = numberOption(invocation, 'keep-days')
    const job = await runMaintenance(invocation, 'backup', {
      ...(objects && { objects }),
      ...(keepDays !== undefined && { keepDays }),
    })
    if (job === undefined) return
    if (json) return terminal.out(`${JSON.stringify(job)}\n`)
    const { itemsSaved = 0, bytesSaved = 0, blobsSaved = 0, backupsRemoved = 0 } = job.counts
    terminal.out(
      `${job.backup}  ${counted(itemsSaved, 'item')}, ${formatBytes(bytesSaved)}${objects ? `, ${counted(blobsSaved, 'new blob')}` : ''}\n`,
    )
    if (backupsRemoved > 0) terminal.err(`removed ${counted(backupsRemoved, 'old backup')}\n`)
  },
}

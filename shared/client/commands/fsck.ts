import { type Command, CommandFailed } from '../command.ts'
import { printable, table } from '../terminal.ts'
import { counted } from '../units.ts'
import { allFindings, detachHelp, detachOption, runMaintenance } from './follow-maintenance.ts'

export const fsck: Command = {
  summary: 'check that table, objects and manifests agree, and repair them',
  usage: 'slipway fsck',
  help: `Examples:
  slipway fsck
  slipway fsck --repair
  slipway fsck --deep --repair

Options:
  --repair            repair what is possible from manifests, file lists and the blobs of backups
  --deep              read every blob and check its hash; with --repair, damaged blobs are removed
${detachHelp}

The exit code is 1 if a discrepancy remains. Every discrepancy is checked twice, so that running imports and commits are
not reported.`,
  options: { repair: { type: 'boolean' }, deep: { type: 'boolean' }, ...detachOption },
  parameters: { min: 0, max: 0 },
  async run(invocation) {
    const { terminal, json, options } = invocation
    const [repair, deep] = [options.repair === true, options.deep === true]
    const job = await runMaintenance(invocation, 'fsck', { ...(repair && { repair }), ...(deep && { deep }) })
    if (job === undefined) return
    const findings = await allFindings(invocation, job)
    const left = findings.filter(({ repaired }) => !repaired)
    if (!json && findings.length > 0) {
      const rows = findings.map((found) => [
        found.kind,
        found.repaired ? 'repaired' : found.repairable ? 'repairable' : 'not repairable',
        found.place,
        printable(found.message),
      ])
      terminal.out(table(['DISCREPANCY', 'STATE', 'PLACE', 'MESSAGE'], rows))
    }
    const answer = { ...job, findings }
    if (left.length > 0)
      throw new CommandFailed(summary(findings.length, left.filter(({ repairable }) => repairable).length), answer)
    if (json) return terminal.out(`${JSON.stringify(answer)}\n`)
    terminal.out(`${counted(job.counts.checked ?? 0, 'thing')} checked, ${repairedWords(findings.length)}\n`)
  },
}

const discrepancies = (count: number): string => counted(count, 'discrepancy', 'discrepancies')

function repairedWords(count: number): string {
  if (count === 0) return 'no discrepancies'
  return `${discrepancies(count)}, ${count === 1 ? '' : 'all '}repaired`
}

const summary = (found: number, repairable: number): string =>
  `${discrepancies(found)}${repairable > 0 ? `, of which "slipway fsck --repair" mends ${repairable}` : ''}`

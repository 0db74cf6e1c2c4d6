import type { MaintenanceJob, MaintenanceKind, MaintenanceOptions } from '../../contract/maintenance.ts'
import { CommandFailed, type Invocation } from '../command.ts'
import { outlasting, poll } from '../poll.ts'
import { allPages } from '../request.ts'
import { createProgress, printable } from '../terminal.ts'

export const detachOption = { detach: { type: 'boolean' } } as const
export const detachHelp = '  --detach            do not wait; the job continues on the server either way'

/**
 * Starts a job and waits for its end. @returns `undefined` with `--detach`.
 * @throws CommandFailed where the job failed
 */
export async function runMaintenance(
  { client, terminal, json, options }: Invocation,
  kind: MaintenanceKind,
  wanted: MaintenanceOptions,
): Promise<MaintenanceJob | undefined> {
  const started = await client.startMaintenance({ kind, options: wanted })
  if (options.detach === true) {
    terminal.out(json ? `${JSON.stringify(started)}\n` : `${started.id}\n`)
    if (!json) terminal.err('next: the same command without --detach follows the job\n')
    return undefined
  }
  const progress = createProgress(terminal)
  const job = await poll({
    first: started,
    isOver: ({ state }) => state !== 'RUNNING',
    look: ({ id }) => client.getMaintenance(id),
    show: (now) => progress.show(describe(now)),
    goesOn: `The ${kind} continues on the server; repeat the command to follow it.`,
    everyMs: 500,
    progress,
  })
  if (job.state === 'FAILED') throw new CommandFailed(`the ${kind} failed: ${printable(job.failure?.message)}`, job)
  return job
}

const describe = ({ kind, progress }: MaintenanceJob): string =>
  `${kind}: ${progress.phase} (${progress.phasesDone + 1} of ${progress.phasesTotal})`

/** All findings of a finished job. Retries a page, so that one refusal does not cost the whole run. */
export function allFindings({ client, terminal }: Invocation, { id, kind }: MaintenanceJob) {
  const patience = { goesOn: `The ${kind} has ended.`, everyMs: 500, progress: createProgress(terminal) }
  return allPages((cursor) => outlasting(() => client.listMaintenanceFindings(id, { limit: 100, cursor }), patience))
}

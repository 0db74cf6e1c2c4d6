import { setTimeout as wait } from 'node:timers/promises'
import type {
  MaintenanceFinding,
  MaintenanceJob,
  MaintenanceKind,
  MaintenanceOptions,
} from '../../contract/maintenance.ts'
import type { ApiClient } from '../api-client.ts'
import { ApiError } from '../api-error.ts'
import { CommandFailed, type Invocation } from '../command.ts'
import { allPages } from '../request.ts'
import { createProgress, printable } from '../terminal.ts'

const pollMs = 500
/** A server that is restarted meanwhile goes on with the job. */
const patienceMs = 60_000

export const detachOption = { detach: { type: 'boolean' } } as const
export const detachHelp = '  --detach            do not wait for it; it goes on by itself either way'

/**
 * Starts a job and follows it to its end. @returns `undefined` where it is left to itself.
 * @throws CommandFailed where it failed
 */
export async function runMaintenance(
  { client, terminal, json, options }: Invocation,
  kind: MaintenanceKind,
  wanted: MaintenanceOptions,
): Promise<MaintenanceJob | undefined> {
  const started = await client.startMaintenance({ kind, options: wanted })
  if (options.detach === true) {
    terminal.out(json ? `${JSON.stringify(started)}\n` : `${started.id}\n`)
    return undefined
  }
  const progress = createProgress(terminal)
  let job = started
  let silentSince: number | undefined
  try {
    while (job.state === 'RUNNING') {
      progress.show(describe(job))
      await wait(pollMs)
      try {
        job = await client.getMaintenance(job.id)
        silentSince = undefined
      } catch (error) {
        silentSince ??= performance.now()
        const isPassing = error instanceof ApiError && (error.status === 0 || error.status === 503)
        if (!isPassing || performance.now() - silentSince > patienceMs) throw error
      }
    }
  } finally {
    progress.end()
  }
  if (job.state === 'FAILED') throw new CommandFailed(`the ${kind} failed: ${printable(job.failure?.message)}`, job)
  return job
}

const describe = ({ kind, progress }: MaintenanceJob): string =>
  `${kind}: ${progress.phase} (${progress.phasesDone + 1} of ${progress.phasesTotal})`

export const allFindings = (client: ApiClient, id: string): Promise<MaintenanceFinding[]> =>
  allPages((cursor) => client.listMaintenanceFindings(id, { limit: 100, cursor }))

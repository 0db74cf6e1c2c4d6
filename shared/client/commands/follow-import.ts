import type { ImportJob } from '../../contract/import.ts'
import type { ApiClient } from '../api-client.ts'
import { poll } from '../poll.ts'
import { type Clock, createProgress, type Terminal } from '../terminal.ts'
import { formatBytes, formatSeconds } from '../units.ts'

/** Waits for an import to end and shows its progress. */
export function followImport(started: ImportJob, client: ApiClient, terminal: Terminal): Promise<ImportJob> {
  const progress = createProgress(terminal)
  const rate = createRate(progress.clock)
  const sayHowToGoOn = once((job: ImportJob) => progress.say(waiting(job)))
  return poll({
    first: started,
    isOver: ({ state }) => state === 'READY' || state === 'FAILED',
    look: ({ id }) => client.getImport(id),
    show(job) {
      if (job.waitsUntil !== undefined) sayHowToGoOn(job)
      const bytesPerSecond = terminal.isTty ? rate(job.bytesDone - job.bytesHeld) : 0
      progress.show(describe(job, { bytesPerSecond, isTty: terminal.isTty }))
    },
    goesOn: 'The import continues on the server; repeat the command to follow it.',
    everyMs: 500,
    progress,
  })
}

/** `66% 2.1/3.2 GB 30 MB/s ETA 0:36` */
function describe(job: ImportJob, { bytesPerSecond, isTty }: { bytesPerSecond: number; isTty: boolean }): string {
  if (job.waitsUntil !== undefined) return `${job.repo}: ${waitLeft(job.waitsUntil, isTty)}`
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

const waiting = ({ source, repo }: ImportJob): string =>
  `${source} is not complete: it has no _SUCCESS that was put last. Put one there (touch …/_SUCCESS) to begin at once, or take what lies there: slipway pull ${source}${source.startsWith(`s3-drop://${repo}/`) ? '' : ` --repo ${repo}`} --now`

/** A countdown makes sense only where the line is redrawn. */
function waitLeft(until: string, isTty: boolean): string {
  const seconds = Math.max(0, (Date.parse(until) - Date.now()) / 1000)
  return `waiting for _SUCCESS, or until nothing of it changes${isTty ? ` (${formatSeconds(seconds)})` : ''}`
}

function once<Told>(say: (told: Told) => void): (told: Told) => void {
  let isSaid = false
  return (told) => {
    if (!isSaid) say(told)
    isSaid = true
  }
}

/** Bytes per second over the last few polls. */
function createRate(clock: Clock) {
  const points: { at: number; bytes: number }[] = []
  return (bytes: number): number => {
    points.push({ at: clock.now(), bytes })
    if (points.length > 10) points.shift()
    const [first] = points
    const last = points.at(-1)
    if (first === undefined || last === undefined || last.at === first.at) return 0
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000
  }
}

import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import { isActiveImport } from '../../shared/model/import-state.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { conditionHeld } from '../../shared/table/condition-held.ts'
import type { ImportItem } from '../../shared/table/imports.ts'
import { quietImports, restImport } from '../../shared/table/quiet-imports.ts'
import type { Table } from '../../shared/table/table.ts'
import { backoffUntil, resumesMaxOfOneProcess } from './resume-backoff.ts'

/**
 * Sends the messages of inactive imports again: a process that died between writing a state and sending the next
 * message left them without one. An import that merely waits in the queue is inactive, too, so the pause doubles each
 * time, and in the end the import is given up. Also cleans up after imports that have ended.
 */
export async function resumeImports(request: ResumeRequest): Promise<number> {
  const { table, queue, before, log, pauseMs = 0, resumesMax = resumesMaxOfOneProcess } = request
  let resumed = 0
  for await (const item of quietImports(table, before)) {
    const progress = `${item.state} ${item.filesDone} ${item.bytesDone}`
    const times = item.resumes?.progress === progress ? item.resumes.times + 1 : 1
    const until = backoffUntil({ before, pauseMs, times })
    if (!(await conditionHeld(() => restImport(table, item, { until, resumes: { progress, times } })))) continue
    const step = isActiveImport(item.state) && times > resumesMax ? 'give-up' : nextStep(item)
    await queue.send({ message: { step, importId: item.id, attempt: 1 } })
    log.info({ importId: item.id, repo: item.repo, state: item.state, times, step }, `import resumed: ${item.repo}`)
    resumed++
  }
  return resumed
}

interface ResumeRequest {
  table: Table
  queue: Queue<IngestMessage>
  before: Date
  log: Logger
  /** The shortest pause of a resumed import. */
  pauseMs?: number
  /** How often an import without progress is resumed. */
  resumesMax?: number
}

const nextStep = ({ state }: ImportItem): 'plan' | 'inspect' => (state === 'INSPECTING' ? 'inspect' : 'plan')

import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { type ImportItem, quietImports } from '../../shared/table/imports.ts'
import type { Table } from '../../shared/table/table.ts'

/**
 * Sends the messages of unfinished imports again that nothing has moved since `before`: a process that died between
 * writing a state and sending the next message left them without one. Steps are idempotent, so one too many is harmless.
 * An import that has ended comes here too where something of it was not cleared away.
 */
export async function resumeImports({ table, queue, before, log }: ResumeRequest): Promise<number> {
  let resumed = 0
  for await (const item of quietImports(table, before)) {
    await queue.send({ message: { step: nextStep(item), importId: item.id, attempt: 1 } })
    log.info({ importId: item.id, repo: item.repo, state: item.state }, `import resumed: ${item.repo}`)
    resumed++
  }
  return resumed
}

interface ResumeRequest {
  table: Table
  queue: Queue<IngestMessage>
  before: Date
  log: Logger
}

const nextStep = ({ state }: ImportItem): 'plan' | 'inspect' => (state === 'INSPECTING' ? 'inspect' : 'plan')

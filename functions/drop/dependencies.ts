import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import type { Table } from '../../shared/table/table.ts'
import type { DropMessage } from './drop-message.ts'

export interface DropDependencies {
  table: Table
  objects: ObjectStore
  ingest: Queue<IngestMessage>
  drops: Queue<DropMessage>
  /** How long a drop without a marker must stay unchanged to be complete. */
  quietSeconds: number
  /** The quota of running imports for owners without one of their own. @default unlimited */
  importsMax?: number | undefined
  log: Logger
  now: () => Date
}

export interface Drop {
  repo: string
  version: string
}

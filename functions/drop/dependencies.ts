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
  /** A drop without a marker is complete when nothing in it has changed for so long. */
  quietSeconds: number
  /** How many imports an owner may have under way for whom nobody set another limit. @default any number */
  importsMax?: number | undefined
  log: Logger
  now: () => Date
}

export interface Drop {
  repo: string
  version: string
}

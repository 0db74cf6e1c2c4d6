import type { Hono } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import type { UploadParts } from './uploads/upload-parts.ts'

/** An owner's limits. */
interface HubLimits {
  reposMax: number
  storedBytesMax: number
}

/** What the routes work with. */
export interface HubParts extends UploadParts {
  /** Inspects commits and writes manifests. */
  ingest: Queue<IngestMessage>
  limits: HubLimits
}

export type HubApp = Hono<HttpEnvironment>

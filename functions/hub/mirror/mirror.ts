import type { HfConnection } from '../../../shared/hf/hf-request.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import type { Logger } from '../../../shared/log.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Queue } from '../../../shared/queue/queue.ts'
import type { Table } from '../../../shared/table/table.ts'
import { createSending, type Sending } from './sending.ts'
import { createStoring, type Storing } from './storing.ts'
import { createUpstream, type Upstream, type UpstreamSettings } from './upstream.ts'

/**
 * The pull-through mirror of another Hub. What was decided of it:
 *
 * - Off unless it is told which Hub. Models only. It answers reads of names that nobody has here, in namespaces that
 *   nobody has here; what it stores is a repo of its own name, in an organisation that it makes. A repo or an owner of
 *   ours always wins, and a mirrored repo belongs to its one Hub: `mirror` of the repo's item names it.
 * - Any principal that may read can have a name fetched, strangers cannot. What the Hub shows to strangers, tried without
 *   our token and not gated, is a public repo here; everything else is private, for members of the organisation and
 *   admins, before it is stored and after. A repo that the Hub hides later is hidden here with its next commit.
 * - Revisions keep the Hub's commit ids, so that what a client was told before the import holds after it. Files that the
 *   import's policy leaves out are in no answer from the start.
 * - Only a `GET` of a file starts the import, at the commit that was read and by the branch that names it. Until the
 *   import is through, answers are made from what the Hub says and files are sent on. Where this process may write
 *   blobs, what is sent is stored on the way; the import waits for what is being stored and moves none of it again.
 *   Where it may not (in AWS), what is larger than an answer may be is redirected to the Hub's own signed address if it
 *   is public, and asked for again later if it is not.
 * - A branch is believed for a minute. After that the Hub is asked within 0.7 s, and what is here answers if it does
 *   not; a `HEAD` waits no longer than that either. Missing names are believed missing for a minute; 429 and a Hub that
 *   is away stop all asking for a while. Away and nothing here is 504, never 404.
 */
export interface Mirror {
  upstream: Upstream
  sending: Sending
  storing: Storing
}

export function createMirror({ settings, table, objects, ingest, quotas, log, now, connection }: MirrorInput): Mirror {
  const upstream = createUpstream({ settings, now, connection })
  return {
    upstream,
    sending: createSending({ table, objects, upstream, log, now }),
    storing: createStoring({ table, queue: ingest, importsMax: quotas.imports, upstream, log, now }),
  }
}

interface MirrorInput {
  settings: UpstreamSettings
  table: Table
  objects: ObjectStore
  ingest: Queue<IngestMessage>
  quotas: { imports: number }
  log: Logger
  now: () => Date
  connection?: Partial<Pick<HfConnection, 'fetch' | 'connectTimeoutMs' | 'idleTimeoutMs'>> | undefined
}

import type { HfConnection } from '../../../shared/hf/hf-request.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import type { Logger } from '../../../shared/log.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Queue } from '../../../shared/queue/queue.ts'
import type { Table } from '../../../shared/table/table.ts'
import { createFileStreams, type FileStreams } from './file-streams.ts'
import { createMirrorImports, type MirrorImports } from './mirror-imports.ts'
import { createUpstream, type Upstream, type UpstreamSettings } from './upstream.ts'

/**
 * The pull-through mirror of another Hub. Its rules:
 *
 * - Off unless a Hub is configured. Models only. It answers reads of names that are unknown here, in namespaces that are
 *   unknown here, and stores them under the same name, in an organisation that it creates. Local repos and owners always
 *   win, and a mirrored repo belongs to one Hub, which `mirror` of the repo's item names.
 * - Any principal that may read can have a name fetched; strangers cannot. A repo that the Hub shows without our token
 *   and ungated is public here; any other is private, for the organisation's members and admins, before and after it is
 *   stored. A repo that the Hub hides later is hidden here with its next commit.
 * - Revisions keep the Hub's commit ids, so that what a client learns before the import stays true after it. Files that
 *   the import's policy leaves out never appear.
 * - Only a `GET` of a file starts the import, at the commit that was read and on the branch that names it. Until it is
 *   done, the Hub's answers are passed on and files are streamed. Where this process may write blobs, streams are stored
 *   on the way, and the import waits for them instead of transferring them again. Elsewhere (in AWS), a file too large
 *   for an answer is redirected to the Hub's own signed address if it is public, and otherwise answered with "retry".
 * - A branch is cached for a minute. After that the Hub gets 0.7 s to answer (for a `HEAD`, too), then local content
 *   does. Missing names are cached for a minute; 429 and an unreachable Hub stop all requests for a while. Without local
 *   content an unreachable Hub is 504, never 404.
 */
export interface Mirror {
  upstream: Upstream
  streams: FileStreams
  imports: MirrorImports
}

export function createMirror({ settings, table, objects, ingest, quotas, log, now, connection }: MirrorInput): Mirror {
  const upstream = createUpstream({ settings, now, connection })
  return {
    upstream,
    streams: createFileStreams({ table, objects, upstream, log, now }),
    imports: createMirrorImports({ table, queue: ingest, importsMax: quotas.imports, upstream, log, now }),
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

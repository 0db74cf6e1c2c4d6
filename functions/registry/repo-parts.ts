import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { logOf } from '../../shared/http/request-log.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import type { PoolDevices } from '../../shared/repos/pool-devices.ts'
import type { Table } from '../../shared/table/table.ts'

export type RegistryApp = OpenAPIHono<HttpEnvironment>

/** What the repo routes work with. */
export interface RepoParts {
  table: Table
  /** Writes the manifests of repos. */
  ingest: Queue<IngestMessage>
  /** The default limits of an owner. */
  quotas: { repos: number; storedBytes: number }
  /** The configured device of each pool. */
  poolDevices?: PoolDevices | undefined
  now: () => Date
}

/**
 * Queues follow-up messages of a change. A queue failure does not fail the request, because the change is made: the
 * repo's next change or a check of the registry makes up for it.
 */
export async function announce(
  context: Context<HttpEnvironment>,
  { ingest }: Pick<RepoParts, 'ingest'>,
  ...messages: IngestMessage[]
): Promise<void> {
  try {
    for (const message of messages) await ingest.send({ message })
  } catch (error) {
    logOf(context).error({ err: error }, 'a change was made, but not announced')
  }
}

export const manifestMessage = (repoId: string): IngestMessage => ({ step: 'write-repo-manifest', repoId, attempt: 1 })

import type { Context } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { logOf } from '../../../shared/http/request-log.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import type { HubParts } from '../parts.ts'

/**
 * Queues the inspection and the manifest of a write. A queue failure does not fail the request, because the write is
 * done: the next change of the repo or a check of the registry makes up for it.
 */
export async function notifyIngest(context: Context<HttpEnvironment>, { ingest }: HubParts, message: IngestMessage) {
  try {
    await ingest.send({ message })
  } catch (error) {
    logOf(context).error({ err: error, step: message.step }, 'a change was written, but not announced')
  }
}

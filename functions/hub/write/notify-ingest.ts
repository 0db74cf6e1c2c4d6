import type { Context } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { logOf } from '../../../shared/http/request-log.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import type { HubParts } from '../parts.ts'

/**
 * Has what was just written read and recorded in the bucket. It was written, so a queue that does not answer is no
 * failure of the request: the next change of the repo, or a check of the registry, makes up for it.
 */
export async function notifyIngest(context: Context<HttpEnvironment>, { ingest }: HubParts, message: IngestMessage) {
  try {
    await ingest.send({ message })
  } catch (error) {
    logOf(context).error({ err: error, step: message.step }, 'a change was written, but not announced')
  }
}

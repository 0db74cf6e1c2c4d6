import type { IngestMessage } from './message.ts'

/**
 * Messages of one import are scheduled as one group, because a large import has thousands and must not delay the
 * others.
 */
export function groupOf(message: IngestMessage): string {
  if ('importId' in message) return message.importId
  return 'uploadId' in message ? message.uploadId : message.repoId
}

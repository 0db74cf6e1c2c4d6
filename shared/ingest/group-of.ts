import type { IngestMessage } from './message.ts'

/** The messages that take their turns as one: a large import has thousands, and nobody else's waits behind them. */
export function groupOf(message: IngestMessage): string {
  if ('importId' in message) return message.importId
  return 'uploadId' in message ? message.uploadId : message.repoId
}

import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { MessageHandler } from './queue.ts'

/** What Lambda hands over of SQS (docs.aws.amazon.com/lambda, "Using Lambda with Amazon SQS"). */
export interface SqsEvent {
  Records: { messageId: string; body: string; attributes: { ApproximateReceiveCount: string } }[]
}

export interface SqsAnswer {
  batchItemFailures: { itemIdentifier: string }[]
}

/** Handles each record by itself, so that one that fails comes back alone. */
export async function handleSqsRecords(
  event: SqsEvent,
  { handler, signal, log }: { handler: MessageHandler<unknown>; signal: AbortSignal; log: Logger },
): Promise<SqsAnswer> {
  const batchItemFailures: SqsAnswer['batchItemFailures'] = []
  for (const { messageId, body, attributes } of event.Records) {
    try {
      await handler(JSON.parse(body), { receiveCount: Number(attributes.ApproximateReceiveCount), signal })
    } catch (error) {
      log.error({ messageId, err: error }, `message failed: ${messageOf(error)}`)
      batchItemFailures.push({ itemIdentifier: messageId })
    }
  }
  return { batchItemFailures }
}

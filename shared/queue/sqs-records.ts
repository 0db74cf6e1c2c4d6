import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type MessageHandler, receivesMax } from './queue.ts'
import type { ComeBack } from './sqs-come-back.ts'

/** What Lambda hands over of SQS (docs.aws.amazon.com/lambda, "Using Lambda with Amazon SQS"). */
export interface SqsEvent {
  Records: {
    messageId: string
    receiptHandle: string
    body: string
    attributes: { ApproximateReceiveCount: string }
  }[]
}

interface SqsAnswer {
  batchItemFailures: { itemIdentifier: string }[]
}

/** Handles each record by itself, so that one that fails comes back alone. */
export async function handleSqsRecords(
  event: SqsEvent,
  { handler, comeBack, signal, log }: HandleRecords,
): Promise<SqsAnswer> {
  const batchItemFailures: SqsAnswer['batchItemFailures'] = []
  for (const { messageId, receiptHandle, body, attributes } of event.Records) {
    const receiveCount = Number(attributes.ApproximateReceiveCount)
    try {
      await handler(JSON.parse(body), { receiveCount, signal })
    } catch (error) {
      log.error({ messageId, err: error }, `message failed: ${messageOf(error)}`)
      batchItemFailures.push({ itemIdentifier: messageId })
      // It comes back without that as well: when the visibility timeout of its queue is over.
      await comeBack({ receiptHandle, delaySeconds: againAfterSeconds(receiveCount) }).catch((fault) =>
        log.warn({ messageId }, `a failed message comes back late: ${messageOf(fault)}`),
      )
    }
  }
  return { batchItemFailures }
}

interface HandleRecords {
  handler: MessageHandler<unknown>
  comeBack: ComeBack
  signal: AbortSignal
  log: Logger
}

/** A minute, then four, then sixteen: the tries outlast a short trouble. After the last one it is a dead letter at once. */
const againAfterSeconds = (receiveCount: number): number =>
  receiveCount >= receivesMax ? 0 : 60 * 4 ** (receiveCount - 1)

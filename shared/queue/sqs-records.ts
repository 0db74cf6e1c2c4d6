import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type MessageHandler, receivesMax } from './queue.ts'
import type { ComeBack } from './sqs-come-back.ts'

/** The event that Lambda passes on from SQS (docs.aws.amazon.com/lambda, "Using Lambda with Amazon SQS"). */
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

/** Handles each record separately, so that only those that fail return. */
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
      // Without this call, the message still returns after the visibility timeout.
      await comeBack({ receiptHandle, delaySeconds: againAfterSeconds(receiveCount) }).catch((fault) =>
        log.warn({ messageId }, `a failed message returns late: ${messageOf(fault)}`),
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

/**
 * One minute, then 4, then 16, so that the retries outlast a short outage; after the last try it becomes a dead letter
 * at once.
 */
const againAfterSeconds = (receiveCount: number): number =>
  receiveCount >= receivesMax ? 0 : 60 * 4 ** (receiveCount - 1)

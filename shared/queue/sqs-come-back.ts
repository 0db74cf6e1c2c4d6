import { ChangeMessageVisibilityCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { awsTimeouts } from '../aws-timeouts.ts'

/** Has a message that was received be handed out again after so long, instead of after the visibility timeout of its queue. */
export type ComeBack = (message: { receiptHandle: string; delaySeconds: number }) => Promise<void>

export function createSqsComeBack({ queueUrl, client }: { queueUrl: string; client?: SQSClientConfig }): ComeBack {
  const sqs = new SQSClient({ maxAttempts: 4, requestHandler: awsTimeouts.queue, ...client })
  return async ({ receiptHandle: ReceiptHandle, delaySeconds: VisibilityTimeout }) => {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout }))
  }
}

import { ChangeMessageVisibilityCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { awsTimeouts } from '../aws-timeouts.ts'

/** Returns a received message to the queue after a delay, instead of after the queue's visibility timeout. */
export type ComeBack = (message: { receiptHandle: string; delaySeconds: number }) => Promise<void>

export function createSqsComeBack({ queueUrl, client }: { queueUrl: string; client?: SQSClientConfig }): ComeBack {
  const sqs = new SQSClient({ maxAttempts: 4, requestHandler: awsTimeouts.queue, ...client })
  return async ({ receiptHandle: ReceiptHandle, delaySeconds: VisibilityTimeout }) => {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout }))
  }
}

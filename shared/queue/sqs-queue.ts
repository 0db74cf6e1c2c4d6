import { SendMessageBatchCommand, SendMessageCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { awsTimeouts } from '../aws-timeouts.ts'
import { type GroupOf, maxDelaySeconds, type Queue } from './queue.ts'

const batchLimit = 10

/** Sends JSON messages to an SQS queue; a Lambda's event source mapping receives them. */
export function createSqsQueue<Message>({
  queueUrl,
  groupOf,
  client,
}: {
  queueUrl: string
  /** Groups messages for fair scheduling. @default - each message is its own group */
  groupOf?: GroupOf<Message>
  client?: SQSClientConfig
}): Queue<Message> {
  const sqs = new SQSClient({ maxAttempts: 4, requestHandler: awsTimeouts.queue, ...client })
  const QueueUrl = queueUrl
  /** A message group makes a standard queue fair (Developer Guide, "Amazon SQS fair queues"). */
  const contentOf = (message: Message) => ({
    MessageBody: JSON.stringify(message),
    ...(groupOf && { MessageGroupId: groupOf(message) }),
  })
  return {
    async send({ message, delaySeconds = 0 }) {
      const DelaySeconds = Math.min(maxDelaySeconds, Math.max(0, Math.ceil(delaySeconds)))
      await sqs.send(new SendMessageCommand({ QueueUrl, ...contentOf(message), DelaySeconds }))
    },
    async sendMany({ messages }) {
      for (let start = 0; start < messages.length; start += batchLimit) {
        const Entries = messages
          .slice(start, start + batchLimit)
          .map((message, index) => ({ Id: String(index), ...contentOf(message) }))
        const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
        const [fault] = answer.Failed ?? []
        if (fault !== undefined) throw new Error(`SQS did not accept a message: ${fault.Code} ${fault.Message}`)
      }
    },
  }
}

import { randomUUID } from 'node:crypto'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { it } from 'vitest'
import { createLogger } from '../../shared/log.ts'
import type { MessageHandler } from '../../shared/queue/queue.ts'
import { type ComeBack, createSqsComeBack } from '../../shared/queue/sqs-come-back.ts'
import { createSqsQueue } from '../../shared/queue/sqs-queue.ts'
import { handleSqsRecords } from '../../shared/queue/sqs-records.ts'
import { queueSuite, suiteReceivesMax, suiteVisibilityMs, type TestQueue } from './queue.ts'

/** `SLIPWAY_TEST_SQS_ENDPOINT=http://127.0.0.1:4566` of any SQS server. */
const endpoint = process.env.SLIPWAY_TEST_SQS_ENDPOINT
const log = createLogger({ level: 'silent' })

async function startSqs(): Promise<TestQueue> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = { endpoint: endpoint ?? '', region: 'us-east-1', credentials }
  const sqs = new SQSClient(client)
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))
    return QueueUrl
  }
  const name = randomUUID()
  const deadUrl = await create(`${name}-dead`, {})
  const asked = new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] })
  const deadLetterTargetArn = (await sqs.send(asked)).Attributes?.QueueArn
  const queueUrl = await create(name, {
    VisibilityTimeout: String(suiteVisibilityMs / 1000),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: suiteReceivesMax }),
  })
  const stopping = new AbortController()
  const polls: Promise<void>[] = []
  const again = createSqsComeBack({ queueUrl, client })
  // A minute is too long for a test.
  const comeBack: ComeBack = ({ receiptHandle }) => again({ receiptHandle, delaySeconds: 0 })
  return {
    queue: createSqsQueue({ queueUrl, client }),
    consume: (handler) => {
      for (let worker = 0; worker < 4; worker++)
        polls.push(poll({ sqs, queueUrl, handler, comeBack, signal: stopping.signal }))
    },
    async deadLetters() {
      const answer = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadUrl, VisibilityTimeout: 0 }))
      return (answer.Messages ?? []).map(({ Body = '' }) => JSON.parse(Body))
    },
    async close() {
      stopping.abort()
      await Promise.all(polls)
      sqs.destroy()
    },
  }
}

/** Polls like the event source mapping of a Lambda. */
async function poll({ sqs, queueUrl, handler, comeBack, signal }: PollInput) {
  while (!signal.aborted) {
    const answer = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        WaitTimeSeconds: 1,
      }),
    )
    const messages = (answer.Messages ?? []).map((message) => ({
      messageId: message.MessageId ?? '',
      receiptHandle: message.ReceiptHandle ?? '',
      body: message.Body ?? '',
      attributes: { ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '' },
    }))
    const { batchItemFailures } = await handleSqsRecords({ Records: messages }, { handler, comeBack, signal, log })
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    for (const { messageId, receiptHandle: ReceiptHandle } of messages)
      if (!failed.includes(messageId))
        await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle })).catch(() => {})
  }
}

interface PollInput {
  sqs: SQSClient
  queueUrl: string
  handler: MessageHandler<unknown>
  comeBack: ComeBack
  signal: AbortSignal
}

if (endpoint === undefined) it.skip('the queue contract of SQS: set SLIPWAY_TEST_SQS_ENDPOINT to run it')
else queueSuite('SQS', startSqs)

import type { Queue } from '../queue/queue.ts'
import { createSqsQueue } from '../queue/sqs-queue.ts'
import { groupOf } from './group-of.ts'
import type { IngestMessage } from './message.ts'

/** The queue of import steps in AWS, for every sender. */
export const createSqsIngestQueue = ({ queueUrl }: { queueUrl: string }): Queue<IngestMessage> =>
  createSqsQueue({ queueUrl, groupOf })

import { Duration } from 'aws-cdk-lib'
import { type DeadLetterQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { receivesMax } from '../../shared/queue/queue.ts'

interface WorkQueueProps {
  /** The longest that handling one message may take; also the timeout of the consuming function. */
  handlerTimeout: Duration
}

/** A queue that retries failed messages and finally keeps them as dead letters. */
export class WorkQueue extends Construct {
  readonly queue: Queue
  readonly deadLetters: Queue
  readonly handlerTimeout: Duration

  constructor(scope: Construct, id: string, { handlerTimeout }: WorkQueueProps) {
    super(scope, id)
    this.handlerTimeout = handlerTimeout
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...common,
      // Longer than the queue's own retention, which counts from the first send.
      retentionPeriod: Duration.days(14),
    })
    const deadLetterQueue: DeadLetterQueue = { queue: this.deadLetters, maxReceiveCount: receivesMax }
    this.queue = new Queue(this, 'Queue', {
      ...common,
      retentionPeriod: Duration.days(4),
      // Lambda recommends six times the function's timeout, so that a throttled message is not received twice.
      visibilityTimeout: Duration.seconds(6 * handlerTimeout.toSeconds()),
      deadLetterQueue,
    })
  }
}

const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true }

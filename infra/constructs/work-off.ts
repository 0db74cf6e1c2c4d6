import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { PlatformFunction } from './platform-function.ts'
import type { WorkQueue } from './work-queue.ts'

/**
 * Has a function work off a queue, message by message: a failed one returns to the queue alone. The limit is on the
 * mapping and not a reserved concurrency, because a throttled receive would count towards the dead letters.
 */
export function workOff({ worker, from, ...limits }: WorkOffProps) {
  const source = new SqsEventSource(from.queue, { ...limits, reportBatchItemFailures: true })
  worker.lambda.addEventSource(source)
}

interface WorkOffProps {
  worker: PlatformFunction
  from: WorkQueue
  batchSize: number
  maxConcurrency: number
}

import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { PlatformFunction } from './platform-function.ts'
import type { WorkQueue } from './work-queue.ts'

/**
 * Has a function consume a queue, where a failed message returns alone. Limits the concurrency on the mapping rather
 * than the function, because a throttled receive would count towards the dead letters.
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

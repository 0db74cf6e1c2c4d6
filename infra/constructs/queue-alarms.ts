import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { AlarmsProps } from './alarms.ts'
import type { WorkQueue } from './work-queue.ts'

const period = Duration.minutes(5)

/** Failures of background work. */
export const queueAlarms = ({ queue, deadLetters }: WorkQueue): AlarmsProps['alarms'] => ({
  GivenUp: {
    alarmDescription:
      'work was given up after repeated failures. The log of its function says why; then redrive the dead letters.',
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 0,
    evaluationPeriods: 1,
  },
  Behind: {
    alarmDescription:
      'work waits for over two hours. Its function is throttled or failing, as its log and metrics show.',
    metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: Duration.hours(2).toSeconds(),
    evaluationPeriods: 3,
  },
})

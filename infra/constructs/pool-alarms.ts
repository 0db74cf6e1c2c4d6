import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { type ApplicationTargetGroup, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type { PoolConfig } from '../pool-config.ts'
import type { AlarmsProps } from './alarms.ts'
import { failedShare } from './failed-share.ts'
import { replicaMetric } from './inference-service.ts'

interface PoolAlarms {
  metricNamespace: string
  pool: PoolConfig
  /** The pool's replicas, as the load balancer sees them. */
  replicas: ApplicationTargetGroup
}

const period = Duration.minutes(5)
const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = ComparisonOperator

/** Failures of a pool's replicas. */
export const poolAlarms = ({ metricNamespace, pool, replicas: { metrics } }: PoolAlarms): AlarmsProps['alarms'] => ({
  NobodyAnswers: {
    alarmDescription: 'no replica is ready. The events of its ECS service say why none starts; then its log.',
    metric: metrics.healthyHostCount({ period: Duration.minutes(1), statistic: Stats.MINIMUM }),
    comparisonOperator: LESS_THAN_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 5,
    // Without any replica there is no data.
    treatMissingData: TreatMissingData.BREACHING,
  },
  Unhealthy: {
    alarmDescription: 'a replica is not ready for longer than it takes to start. Its /ready says what is missing.',
    metric: metrics.unhealthyHostCount({ period, statistic: Stats.MINIMUM }),
    comparisonOperator: GREATER_THAN_THRESHOLD,
    threshold: 0,
    evaluationPeriods: 4,
  },
  Errors: {
    alarmDescription:
      'more than 5 % of requests fail because of the service. Look for "error" in its log, by request id.',
    metric: failedShare({
      requests: metrics.requestCount({ period, statistic: Stats.SUM }),
      failed: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period, statistic: Stats.SUM }),
      period,
    }),
    comparisonOperator: GREATER_THAN_THRESHOLD,
    threshold: 5,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  },
  SlowAnswers: {
    alarmDescription:
      'one request in a hundred takes over 5 s. Compare queue_wait_seconds: a model or a queue is slow.',
    metric: metrics.targetResponseTime({ period, statistic: Stats.percentile(99) }),
    comparisonOperator: GREATER_THAN_THRESHOLD,
    threshold: 5,
    evaluationPeriods: 3,
    evaluateLowSampleCountPercentile: 'ignore',
  },
  Full: {
    alarmDescription:
      'requests wait until they are refused and no replica is added. Raise replicasMax or the GPU quota.',
    metric: replicaMetric({ metricNamespace, pool, metricName: 'queue_wait_seconds' }).with({ period }),
    comparisonOperator: GREATER_THAN_THRESHOLD,
    threshold: 0.25,
    evaluationPeriods: 4,
  },
})

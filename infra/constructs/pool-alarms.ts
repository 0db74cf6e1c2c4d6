import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { type ApplicationTargetGroup, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { PoolConfig } from '../pool-config.ts'
import type { StageConfig } from '../stage-config.ts'
import { replicaMetric } from './inference-service.ts'

export interface PoolAlarmsProps {
  config: StageConfig
  pool: PoolConfig
  /** The pool's replicas, as the load balancer sees them. */
  replicas: ApplicationTargetGroup
}

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = ComparisonOperator
const { BREACHING, NOT_BREACHING } = TreatMissingData

/** What somebody should look at, each with the first step in its description. */
export class PoolAlarms extends Construct {
  constructor(scope: Construct, id: string, { config, pool, replicas }: PoolAlarmsProps) {
    super(scope, id)
    const topic = config.alarmTopicArn && Topic.fromTopicArn(this, 'Told', config.alarmTopicArn)
    for (const [name, alarm] of Object.entries(alarmsOf({ config, pool, replicas }))) {
      const made = new Alarm(this, name, { ...alarm, alarmDescription: `Pool ${pool.name}: ${alarm.alarmDescription}` })
      if (topic) made.addAlarmAction(new SnsAction(topic))
    }
  }
}

const alarmsOf = ({ config: { metricNamespace }, pool, replicas }: PoolAlarmsProps): Record<string, AlarmProps> => {
  const { metrics } = replicas
  const period = Duration.minutes(5)
  return {
    NobodyAnswers: {
      alarmDescription: 'no replica is ready. The events of its ECS service say why none starts; then its log.',
      metric: metrics.healthyHostCount({ period: Duration.minutes(1), statistic: Stats.MINIMUM }),
      comparisonOperator: LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 5,
      treatMissingData: BREACHING,
    },
    Unhealthy: {
      alarmDescription:
        'a replica has not been ready for longer than it takes to start. Its /ready says what it lacks.',
      metric: metrics.unhealthyHostCount({ period, statistic: Stats.MINIMUM }),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      threshold: 0,
      evaluationPeriods: 4,
      treatMissingData: NOT_BREACHING,
    },
    Errors: {
      alarmDescription: 'more than 5 % of requests fail by the service. Look for "error" in its log, by request id.',
      metric: new MathExpression({
        // Of a handful of requests one would be a fifth.
        expression: 'IF(requests >= 20, 100 * failed / requests, 0)',
        label: 'failed requests, %',
        period,
        usingMetrics: {
          requests: metrics.requestCount({ period, statistic: Stats.SUM }),
          failed: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period, statistic: Stats.SUM }),
        },
      }),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      threshold: 5,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: NOT_BREACHING,
    },
    SlowAnswers: {
      alarmDescription:
        'one request in a hundred takes over 5 s. Compare queue_wait_seconds: a model or a queue is slow.',
      metric: metrics.targetResponseTime({ period, statistic: Stats.percentile(99) }),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      threshold: 5,
      evaluationPeriods: 3,
      treatMissingData: NOT_BREACHING,
      evaluateLowSampleCountPercentile: 'ignore',
    },
    Full: {
      alarmDescription:
        'requests wait until they are refused and no replica comes. Raise replicasMax or the GPU quota.',
      metric: replicaMetric({ metricNamespace, pool, metricName: 'queue_wait_seconds' }).with({ period }),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      threshold: 0.25,
      evaluationPeriods: 4,
      treatMissingData: NOT_BREACHING,
    },
  }
}

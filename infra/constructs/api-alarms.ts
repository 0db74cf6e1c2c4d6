import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { AlarmsProps } from './alarms.ts'
import { failedShare } from './failed-share.ts'

const period = Duration.minutes(5)

/** Failures of the functions behind an address. */
export const apiAlarms = ({ api }: { api: HttpApi }): AlarmsProps['alarms'] => ({
  Errors: {
    alarmDescription:
      'more than 5 % of requests fail because of the service. Its access log has their paths and request ids.',
    metric: failedShare({
      requests: api.metricCount({ period, statistic: Stats.SUM }),
      failed: api.metricServerError({ period, statistic: Stats.SUM }),
      period,
    }),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 5,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  },
  SlowAnswers: {
    alarmDescription: 'one request in a hundred takes over 5 s. Its access log has latencyMs, by path.',
    metric: api.metricLatency({ period, statistic: Stats.percentile(99) }),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 5000,
    evaluationPeriods: 3,
    evaluateLowSampleCountPercentile: 'ignore',
  },
})

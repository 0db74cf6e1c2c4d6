import type { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'

interface FailedShare {
  requests: IMetric
  failed: IMetric
  period: Duration
}

/** The percentage of failed requests. Too few requests are not judged, because one of five would be a fifth. */
export const failedShare = ({ requests, failed, period }: FailedShare) =>
  new MathExpression({
    expression: 'IF(requests >= 20, 100 * failed / requests, 0)',
    label: 'failed requests, %',
    period,
    usingMetrics: { requests, failed },
  })

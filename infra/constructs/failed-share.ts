import type { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'

interface FailedShare {
  requests: IMetric
  failed: IMetric
  period: Duration
}

/** How many of a hundred requests failed. Of a handful of requests one would be a fifth, so those are not judged. */
export const failedShare = ({ requests, failed, period }: FailedShare) =>
  new MathExpression({
    expression: 'IF(requests >= 20, 100 * failed / requests, 0)',
    label: 'failed requests, %',
    period,
    usingMetrics: { requests, failed },
  })

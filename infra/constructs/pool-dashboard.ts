import { Duration } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type ApplicationTargetGroup, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Construct } from 'constructs'
import type { PoolConfig } from '../pool-config.ts'
import { replicaMetric, scalingTargets } from './inference-service.ts'

interface WatchedPool {
  pool: PoolConfig
  /** The pool's replicas, as the load balancer sees them. */
  replicas: ApplicationTargetGroup
}

interface PoolDashboardProps {
  metricNamespace: string
  pools: readonly WatchedPool[]
}

/** One row per pool: its requests, its latency, and what it scales by. */
export class PoolDashboard extends Construct {
  constructor(scope: Construct, id: string, { metricNamespace, pools }: PoolDashboardProps) {
    super(scope, id)
    const dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(6) })
    for (const { pool, replicas } of pools) {
      const { metrics } = replicas
      const ofReplica = (metricName: 'busy_share' | 'queue_wait_seconds' | 'queue_depth') =>
        replicaMetric({ metricNamespace, pool, metricName })
      const { BusyShare, QueueWait } = scalingTargets
      dashboard.addWidgets(
        graph(`${pool.name}: requests`, [
          metrics.requestCount({ statistic: Stats.SUM, period }),
          metrics.httpCodeTarget(HttpCodeTarget.TARGET_4XX_COUNT, { statistic: Stats.SUM, period }),
          metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { statistic: Stats.SUM, period }),
        ]),
        graph(`${pool.name}: seconds to answer`, [
          metrics.targetResponseTime({ statistic: Stats.percentile(50), period }),
          metrics.targetResponseTime({ statistic: Stats.percentile(99), period }),
        ]),
        graph(`${pool.name}: engines busy`, [ofReplica(BusyShare.metricName)], BusyShare.targetValue),
        graph(`${pool.name}: seconds waited`, [ofReplica(QueueWait.metricName)], QueueWait.targetValue),
        graph(`${pool.name}: replicas`, [
          metrics.healthyHostCount({ statistic: Stats.MAXIMUM, period }),
          metrics.unhealthyHostCount({ statistic: Stats.MAXIMUM, period }),
        ]),
      )
    }
  }
}

const period = Duration.minutes(1)
/** Five fit into the 24 columns, so that a pool is a row. */
const size = { width: 4, height: 6 }

const graph = (title: string, left: IMetric[], target?: number) =>
  new GraphWidget({
    title,
    left,
    ...size,
    leftYAxis: { min: 0 },
    ...(target !== undefined && { leftAnnotations: [{ value: target, label: 'another replica is started' }] }),
  })

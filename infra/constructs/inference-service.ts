import { Duration } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type CapacityProviderStrategy, type Cluster, FargateService, type ICluster } from 'aws-cdk-lib/aws-ecs'
import { Construct } from 'constructs'
import type { PoolConfig } from '../pool-config.ts'
import type { InferenceTask } from './inference-task.ts'

interface InferenceServiceProps {
  cluster: Cluster
  strategy: CapacityProviderStrategy
  task: InferenceTask
  pool: PoolConfig
  metricNamespace: string
  /** Whether a new version starts beside the old one. */
  isUpdatedBeside: boolean
}

/** As many replicas as the load needs; a version that does not become ready is rolled back. */
export class InferenceService extends Construct {
  readonly service: FargateService

  constructor(scope: Construct, id: string, { cluster, strategy, task, ...scaling }: InferenceServiceProps) {
    super(scope, id)
    this.service = new FargateService(this, 'Service', {
      // The library's classes lack the `| undefined` of their own interfaces.
      cluster: cluster as ICluster,
      capacityProviderStrategies: [strategy],
      taskDefinition: task.definition,
      vpcSubnets: { subnetGroupName: 'Private' },
      circuitBreaker: { rollback: true },
      ...(scaling.isUpdatedBeside
        ? { minHealthyPercent: 100, maxHealthyPercent: 200 }
        : { minHealthyPercent: 0, maxHealthyPercent: 100 }),
      // A cold machine pulls the image and warms its models before it is ready.
      healthCheckGracePeriod: Duration.minutes(15),
    })
    this.#scaleOnLoad(scaling)
  }

  /**
   * Adds a replica when either metric says so, and removes one when both do: engines can be idle while requests wait
   * for their preparation, and busy while nobody waits.
   */
  #scaleOnLoad({ pool, metricNamespace }: Pick<InferenceServiceProps, 'pool' | 'metricNamespace'>) {
    const { replicasMin, replicasMax } = pool
    const replicas = this.service.autoScaleTaskCount({ minCapacity: replicasMin, maxCapacity: replicasMax })
    for (const [id, { metricName, targetValue }] of Object.entries(scalingTargets))
      replicas.scaleToTrackCustomMetric(id, {
        metric: replicaMetric({ metricNamespace, pool, metricName }),
        targetValue,
        scaleOutCooldown: Duration.minutes(1),
        // A machine takes minutes to start, so a running one stays a while.
        scaleInCooldown: Duration.minutes(15),
      })
  }
}

/** A metric that each replica reports of itself, so that the average is that of one replica. */
export const replicaMetric = ({ metricNamespace, pool, metricName }: ReplicaMetric) =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { pool: pool.name },
    statistic: Stats.AVERAGE,
    period: Duration.minutes(1),
  })

interface ReplicaMetric {
  metricNamespace: string
  pool: PoolConfig
  metricName: 'busy_share' | 'queue_wait_seconds' | 'queue_depth'
}

/** The load at which another replica starts. */
export const scalingTargets = {
  /** The rest absorbs a burst during the minutes until another replica is up. */
  BusyShare: { metricName: 'busy_share', targetValue: 0.6 },
  /** A third of the wait at which requests are refused. */
  QueueWait: { metricName: 'queue_wait_seconds', targetValue: 0.12 },
} as const

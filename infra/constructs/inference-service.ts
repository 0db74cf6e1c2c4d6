import { Duration } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { FargateService } from 'aws-cdk-lib/aws-ecs'
import { Construct } from 'constructs'
import type { GpuConfig, StageConfig } from '../stage-config.ts'
import type { GpuCapacity } from './gpu-capacity.ts'
import type { InferenceTask } from './inference-task.ts'

export interface InferenceServiceProps {
  config: StageConfig
  gpu: GpuConfig
  capacity: GpuCapacity
  task: InferenceTask
}

/** As many replicas as the queues need; a version that does not become ready is taken back by itself. */
export class InferenceService extends Construct {
  readonly service: FargateService

  constructor(scope: Construct, id: string, { config, gpu, capacity, task }: InferenceServiceProps) {
    super(scope, id)
    this.service = new FargateService(this, 'Service', {
      cluster: capacity.cluster,
      capacityProviderStrategies: [capacity.strategy],
      taskDefinition: task.definition,
      vpcSubnets: { subnetGroupName: 'Private' },
      circuitBreaker: { rollback: true },
      ...(gpu.isUpdatedBeside
        ? { minHealthyPercent: 100, maxHealthyPercent: 200 }
        : { minHealthyPercent: 0, maxHealthyPercent: 100 }),
      // A cold machine pulls the image and warms its models before the first ready answer.
      healthCheckGracePeriod: Duration.minutes(15),
    })
    this.#scaleOnQueueDepth({ ...gpu, ...config })
  }

  #scaleOnQueueDepth({ replicasMin, replicasMax, metricNamespace }: GpuConfig & StageConfig) {
    const replicas = this.service.autoScaleTaskCount({ minCapacity: replicasMin, maxCapacity: replicasMax })
    replicas.scaleToTrackCustomMetric('QueueDepth', {
      // Every task writes it without a dimension of its own, so that the average is the depth per task.
      metric: new Metric({ namespace: metricNamespace, metricName: 'queue_depth', statistic: Stats.AVERAGE }),
      targetValue: queueDepthPerTask,
      scaleOutCooldown: Duration.minutes(1),
      // A GPU is billed by the hour in practice: starting one takes minutes, so one that is up stays a while.
      scaleInCooldown: Duration.minutes(15),
    })
  }
}

/** About one full batch of waiting requests: enough to keep a GPU busy, too little to make anyone wait. */
const queueDepthPerTask = 16

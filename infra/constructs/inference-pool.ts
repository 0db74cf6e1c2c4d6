import type { Cluster, FargateService } from 'aws-cdk-lib/aws-ecs'
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Construct } from 'constructs'
import type { PoolConfig } from '../pool-config.ts'
import type { StageConfig } from '../stage-config.ts'
import { Alarms } from './alarms.ts'
import { HttpFrontDoor } from './http-front-door.ts'
import type { InferenceBalancer } from './inference-balancer.ts'
import type { InferenceNetwork } from './inference-network.ts'
import { inferencePaths } from './inference-paths.ts'
import { InferenceService } from './inference-service.ts'
import { InferenceTask } from './inference-task.ts'
import type { PlatformData } from './platform-data.ts'
import { poolAlarms } from './pool-alarms.ts'
import { PoolMachines } from './pool-machines.ts'

interface InferencePoolProps {
  config: StageConfig
  pool: PoolConfig
  data: PlatformData
  network: InferenceNetwork
  cluster: Cluster
  balancer: InferenceBalancer
  /** Whether a new version starts beside the old one. */
  isUpdatedBeside: boolean
}

/**
 * The replicas of a pool on machines of their own, at an address of their own: a request names its model in the body or
 * in a path that its protocol fixes, so no routing rule could choose the pool. Replicas report the address, and the
 * registry returns it as the deployment's `url`.
 */
export class InferencePool extends Construct {
  readonly url: string
  readonly service: FargateService
  readonly replicas: ApplicationTargetGroup

  constructor(scope: Construct, id: string, props: InferencePoolProps) {
    super(scope, id)
    const { config, pool, data, network, cluster, balancer, isUpdatedBeside } = props
    const frontDoor = new HttpFrontDoor(this, 'FrontDoor', { config, description: `Slipway inference: ${pool.name}` })
    const machines = new PoolMachines(this, 'Capacity', { network, cluster, pool })
    const task = new InferenceTask(this, 'Task', { config, pool, data, publicUrl: frontDoor.url })
    const { service } = new InferenceService(this, 'Service', {
      cluster,
      strategy: machines.strategy,
      task,
      pool,
      metricNamespace: config.metricNamespace,
      isUpdatedBeside,
    })
    const { integration, replicas } = balancer.add({ pool, service })
    frontDoor.route({ paths: inferencePaths, integration })
    const { alarmTopicArn, metricNamespace } = config
    const alarms = poolAlarms({ metricNamespace, pool, replicas })
    new Alarms(this, 'Alarms', { alarmTopicArn, about: `Pool ${pool.name}`, alarms })
    this.url = frontDoor.url
    this.service = service
    this.replicas = replicas
  }
}

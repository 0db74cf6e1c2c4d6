import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib'
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs'
import { Construct } from 'constructs'
import { InferenceBalancer } from '../constructs/inference-balancer.ts'
import { InferenceNetwork } from '../constructs/inference-network.ts'
import { InferencePool } from '../constructs/inference-pool.ts'
import type { PlatformData } from '../constructs/platform-data.ts'
import { PoolDashboard } from '../constructs/pool-dashboard.ts'
import type { PoolConfig } from '../pool-config.ts'
import type { GpuConfig, StageConfig } from '../stage-config.ts'

interface GpuStackProps extends StackProps {
  config: StageConfig
  gpu: GpuConfig
  data: PlatformData
}

/** The inference service: its network, and a pool of replicas of each kind. Optional. */
export class GpuStack extends Stack {
  readonly #zones: GpuConfig['zones']

  constructor(scope: Construct, id: string, { config, gpu, data, ...props }: GpuStackProps) {
    super(scope, id, props)
    this.#zones = gpu.zones
    const network = new InferenceNetwork(this, 'Network', { config, gpu })
    const { vpc } = network
    // Keeps its place from when there was one pool: elsewhere it would become another cluster, with other services.
    const cluster = new Cluster(new Construct(this, 'Capacity'), 'Cluster', {
      vpc,
      containerInsightsV2: ContainerInsights.ENHANCED,
    })
    const balancer = new InferenceBalancer(this, 'Balancer', { vpc })
    new CfnOutput(this, 'ClusterName', { value: cluster.clusterName })

    const { pools, isUpdatedBeside } = gpu
    const watched = pools.map((pool) => {
      const parts = { config, pool, data, network, cluster, balancer, isUpdatedBeside }
      const { url, service, replicas } = new InferencePool(this, constructIdOf(pool), parts)
      const suffix = pool.name === 'default' ? '' : inOutputs(pool.name)
      const description = `Base URL of every inference protocol, for the deployments of the pool ${pool.name}`
      new CfnOutput(this, `InferenceUrl${suffix}`, { value: url, description })
      new CfnOutput(this, `ServiceName${suffix}`, { value: service.serviceName })
      return { pool, replicas }
    })
    new PoolDashboard(this, 'Dashboard', { metricNamespace: config.metricNamespace, pools: watched })
  }

  /**
   * The region's first two zones by index, so that synthesis needs no account. Not every zone has GPUs or accepts an
   * HTTP API's link, and their order differs between accounts.
   */
  override get availabilityZones() {
    return this.#zones === undefined ? [0, 1].map((index) => Fn.select(index, Fn.getAzs())) : [...this.#zones]
  }
}

/** The library leaves "Default" out of nested names, which keeps those from before there were several pools. */
const constructIdOf = ({ name }: PoolConfig) => (name === 'default' ? 'Default' : `Pool-${name}`)

/** `big-gpu` becomes `BigGpu`, because an output's name only has letters and digits. */
const inOutputs = (name: string) =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { GpuCapacity } from '../constructs/gpu-capacity.ts'
import { HttpFrontDoor } from '../constructs/http-front-door.ts'
import { InferenceBalancer } from '../constructs/inference-balancer.ts'
import { InferenceNetwork } from '../constructs/inference-network.ts'
import { InferenceService } from '../constructs/inference-service.ts'
import { InferenceTask } from '../constructs/inference-task.ts'
import type { PlatformData } from '../constructs/platform-data.ts'
import type { GpuConfig, StageConfig } from '../stage-config.ts'

export interface GpuStackProps extends StackProps {
  config: StageConfig
  gpu: GpuConfig
  data: PlatformData
}

/** The inference service on GPUs, with its network and its own address. A stage can do without it. */
export class GpuStack extends Stack {
  constructor(scope: Construct, id: string, { config, gpu, data, ...props }: GpuStackProps) {
    super(scope, id, props)
    const frontDoor = new HttpFrontDoor(this, 'FrontDoor', { config, description: 'Slipway inference' })
    const { vpc } = new InferenceNetwork(this, 'Network', { config, gpu })
    const capacity = new GpuCapacity(this, 'Capacity', { vpc })
    const task = new InferenceTask(this, 'Task', { config, data, publicUrl: frontDoor.url })
    const { service } = new InferenceService(this, 'Service', { config, gpu, capacity, task })
    const balancer = new InferenceBalancer(this, 'Balancer', { vpc, service })
    frontDoor.route({ paths: inferencePaths, integration: balancer.integration })

    new CfnOutput(this, 'InferenceUrl', { value: frontDoor.url, description: 'Base URL of every inference protocol' })
    new CfnOutput(this, 'ClusterName', { value: capacity.cluster.clusterName })
    new CfnOutput(this, 'ServiceName', { value: service.serviceName })
  }

  /** The region's first two zones, whatever they are called, so that synthesis never asks an account for their names. */
  override get availabilityZones() {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()))
  }
}

/** What the world may ask a replica. Its metrics are not among them, nor is anything that is not thought of yet. */
const inferencePaths = [
  '/v1/{proxy+}',
  '/v2',
  '/v2/{proxy+}',
  '/models/{proxy+}',
  '/api/v1/predict/{proxy+}',
  // Text Embeddings Inference's, for a service with one model.
  '/',
  ...[
    'embed',
    'embed_all',
    'embed_sparse',
    'embeddings',
    'predict',
    'rerank',
    'similarity',
    'tokenize',
    'decode',
    'invocations',
    'vertex',
    'generate',
    'generate_stream',
  ].map((name) => `/${name}`),
  '/info',
  '/health',
  '/ready',
]

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import {
  AwsLogDriverMode,
  Capability,
  Compatibility,
  ContainerImage,
  CpuArchitecture,
  LinuxParameters,
  LogDrivers,
  NetworkMode,
  OperatingSystemFamily,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { tableAccess } from '../../shared/table/access.ts'
import { machineOverhead, type PoolConfig } from '../pool-config.ts'
import type { StageConfig } from '../stage-config.ts'
import { acknowledge } from './acknowledge.ts'
import type { PlatformData } from './platform-data.ts'
import { repositoryRoot } from './repository-root.ts'

interface InferenceTaskProps {
  config: StageConfig
  pool: PoolConfig
  data: PlatformData
  /** The public address of the service. */
  publicUrl: string
}

/** One replica of a pool: one container on a machine of its own, with a read-only file system. */
export class InferenceTask extends Construct {
  readonly definition: TaskDefinition

  constructor(scope: Construct, id: string, props: InferenceTaskProps) {
    super(scope, id)
    const { config, pool, data } = props
    this.definition = new TaskDefinition(this, 'Definition', {
      compatibility: Compatibility.MANAGED_INSTANCES,
      networkMode: NetworkMode.AWS_VPC,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.X86_64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      cpu: String(pool.vCpus * 1024 - machineOverhead.cpuUnits),
      memoryMiB: String(pool.memoryGiB * 1024 - machineOverhead.memoryMiB),
      volumes: [{ name: cacheVolume, host: {} }],
    })
    data.table.grant(this.definition.taskRole, tableAccess.inference)
    data.models.grant(this.definition.taskRole, 'inference')
    const container = this.definition.addContainer('Service', {
      image: ContainerImage.fromAsset(repositoryRoot, {
        file: 'gpu-service/Dockerfile',
        // CPU images come without gigabytes of CUDA.
        target: pool.device,
        platform: Platform.LINUX_AMD64,
      }),
      // Some ECS agents do not set the region for a task, and the SDK has no other source.
      environment: { AWS_REGION: Stack.of(this).region, ...taskEnvironment(props) },
      ...(pool.device === 'cuda' && { gpuCount: 1 }),
      portMappings: [{ containerPort: servicePort }],
      readonlyRootFilesystem: true,
      user: '1000:1000',
      linuxParameters: this.#leastPrivilege(),
      healthCheck: { command: ['CMD', 'node', '-e', healthProbe], interval: Duration.seconds(15), retries: 4 },
      // Longer than the load balancer's drain and any request, so that a rolling restart drops nothing.
      stopTimeout: Duration.seconds(120),
      logging: this.#logging(config),
    })
    container.addMountPoints({ sourceVolume: cacheVolume, containerPath: cacheFolder, readOnly: false })
    this.#excuse()
  }

  #excuse() {
    acknowledge(this, {
      rule: 'ECS2',
      reason:
        'The variables name resources and a hash, and hold no secret; the only credential of the task is its role.',
    })
    acknowledge(this.definition.obtainExecutionRole(), {
      rule: 'IAM5[Resource::*]',
      reason: 'The sign-in to the image registry, ecr:GetAuthorizationToken, supports no resource.',
    })
  }

  #leastPrivilege() {
    const parameters = new LinuxParameters(this, 'Linux', { initProcessEnabled: true })
    parameters.dropCapabilities(Capability.ALL)
    return parameters
  }

  #logging({ logRetention }: StageConfig) {
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY })
    // A slow log service must not slow down inference.
    return LogDrivers.awsLogs({ logGroup, streamPrefix: 'inference', mode: AwsLogDriverMode.NON_BLOCKING })
  }
}

export const servicePort = 8080

/** The service's settings, documented in `gpu-service/settings.ts`. */
function taskEnvironment({ config, pool, data, publicUrl }: InferenceTaskProps): Record<string, string> {
  const { run } = pool
  const given: Record<string, string | number | boolean | undefined> = {
    SLIPWAY_TABLE: data.table.tableName,
    SLIPWAY_BUCKET: data.models.bucket.bucketName,
    SLIPWAY_POOL: pool.name,
    SLIPWAY_DEVICE: pool.device,
    SLIPWAY_PORT: servicePort,
    SLIPWAY_CACHE_DIR: cacheFolder,
    SLIPWAY_CACHE_BYTES: run.cacheBytes,
    SLIPWAY_MODEL_MEMORY_BYTES: run.modelMemoryBytes,
    SLIPWAY_ENGINES: run.engines,
    SLIPWAY_INTRA_OP_THREADS: run.intraOpThreads,
    SLIPWAY_REQUEST_TIMEOUT_MS: run.requestTimeoutMs,
    SLIPWAY_REMOTE_IMAGES: run.remoteImages,
    SLIPWAY_PUBLIC_URL: publicUrl,
    SLIPWAY_EMF_NAMESPACE: config.metricNamespace,
    SLIPWAY_LOG_LEVEL: config.logLevel,
    SLIPWAY_ADMIN_KEY_SHA256: config.adminKeySha256,
    SLIPWAY_DRAIN_MS: drain.toMilliseconds(),
    // Less than the stop timeout, so that the service ends before it is killed.
    SLIPWAY_GRACE_MS: Duration.seconds(90).toMilliseconds(),
  }
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

/** How a load balancer checks whether a replica is ready. */
export const readinessCheck = { path: '/ready', interval: Duration.seconds(10), failuresMax: 2 }

/**
 * The time until every load balancer has seen that the replica is not ready: its checks, and up to five seconds for
 * each.
 */
const drain = Duration.seconds(readinessCheck.failuresMax * readinessCheck.interval.toSeconds() + 5)
const cacheVolume = 'models'
const cacheFolder = '/var/cache/slipway'
const healthProbe = `fetch('http://127.0.0.1:${servicePort}/health').then((answer) => process.exit(answer.ok ? 0 : 1))`

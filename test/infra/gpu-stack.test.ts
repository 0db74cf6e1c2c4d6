import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createServingApp } from '../../gpu-service/app.ts'
import { emitLoad } from '../../gpu-service/emf.ts'
import { keepAliveMs } from '../../gpu-service/listen.ts'
import type { ServingParts } from '../../gpu-service/protocols/serving-parts.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { templates } from './synthesised-app.ts'

const adminKeySha256 = 'b'.repeat(64)
const { gpu } = templates({ settings: { stage: 'prod', pools: '{"default": {"replicasMax": 3}}', adminKeySha256 } })

describe('a replica', () => {
  const [task] = Object.values(gpu.findResources('AWS::ECS::TaskDefinition'))
  const [container] = task?.Properties.ContainerDefinitions ?? []

  it('has one whole GPU and leaves the machine what it needs itself', () => {
    expect(container.ResourceRequirements).toEqual([{ Type: 'GPU', Value: '1' }])
    expect(Number(task?.Properties.Cpu)).toBeLessThan(4 * 1024)
    expect(Number(task?.Properties.Memory)).toBeLessThan(16 * 1024)
    expect(task?.Properties).toMatchObject({
      RequiresCompatibilities: ['MANAGED_INSTANCES'],
      RuntimePlatform: { CpuArchitecture: 'X86_64' },
    })
  })

  it('can change nothing but its cache, and is nobody special', () => {
    expect(container).toMatchObject({
      ReadonlyRootFilesystem: true,
      User: '1000:1000',
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
    })
    const cache = environment(container).SLIPWAY_CACHE_DIR
    expect(container.MountPoints).toEqual([expect.objectContaining({ ContainerPath: cache, ReadOnly: false })])
  })

  it('is told where its data is, and no secret', () => {
    expect(environment(container)).toMatchObject({
      SLIPWAY_DEVICE: 'cuda',
      SLIPWAY_PORT: '8080',
      SLIPWAY_EMF_NAMESPACE: 'Slipway/prod',
      SLIPWAY_ADMIN_KEY_SHA256: adminKeySha256,
      SLIPWAY_TABLE: expect.anything(),
      SLIPWAY_BUCKET: expect.anything(),
      // Of the agents of ECS only those since April 2026 say it themselves (aws/amazon-ecs-agent#4946).
      AWS_REGION: 'us-east-1',
    })
  })

  it('knows its public address', () => {
    const [api] = Object.keys(gpu.findResources('AWS::ApiGatewayV2::Api'))
    expect(environment(container).SLIPWAY_PUBLIC_URL).toEqual({ 'Fn::GetAtt': [api, 'ApiEndpoint'] })
  })

  it('answers while the load balancer finds out that it leaves, and keeps a connection for longer than that does', () => {
    const [group] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'))
    const { HealthCheckIntervalSeconds: interval, UnhealthyThresholdCount: failures } = group?.Properties ?? {}
    const { SLIPWAY_DRAIN_MS: drainMs, SLIPWAY_GRACE_MS: graceMs } = environment(container)
    expect(Number(drainMs)).toBeGreaterThan(interval * failures * 1000)
    // The HTTP API lets a request take 30 seconds, the last one begins when the drain ends.
    expect(Number(graceMs)).toBeGreaterThan(Number(drainMs) + 30_000)
    const [balancer] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'))
    const idle = balancer?.Properties.LoadBalancerAttributes.find(({ Key }: Attribute) => Key === idleTimeout)
    expect(Number(idle.Value) * 1000).toBeLessThan(keepAliveMs)
  })

  it('is not killed before the load balancer has let go of it', () => {
    const [group] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'))
    const delaySeconds = Number(attribute(group as TargetGroup, 'deregistration_delay.timeout_seconds'))
    expect(container.StopTimeout).toBeGreaterThan(delaySeconds)
    expect(container.StopTimeout * 1000).toBeGreaterThan(Number(environment(container).SLIPWAY_GRACE_MS))
    // The HTTP API lets a request take 30 seconds.
    expect(delaySeconds).toBeGreaterThan(30)
  })
})

describe('the machines', () => {
  it('are x86-64 with one NVIDIA GPU', () => {
    gpu.hasResourceProperties('AWS::ECS::CapacityProvider', {
      ManagedInstancesProvider: {
        InstanceLaunchTemplate: {
          InstanceRequirements: {
            CpuManufacturers: ['intel', 'amd'],
            AcceleratorTypes: ['gpu'],
            AcceleratorManufacturers: ['nvidia'],
            AcceleratorCount: { Min: 1, Max: 1 },
          },
        },
      },
    })
  })

  it.each([
    { egress: 'endpoints', wayOut: ['AWS::EC2::VPCEndpoint', 'AWS::EC2::SubnetRouteTableAssociation'] },
    { egress: 'nat', wayOut: ['AWS::EC2::NatGateway', 'AWS::EC2::Route', 'AWS::EC2::SubnetRouteTableAssociation'] },
  ])('have their way out, by $egress, before the first of them starts and until the last has left', (given) => {
    const { gpu } = templates({ settings: { egress: given.egress } })
    const [machines] = Object.values(gpu.findResources('AWS::ECS::CapacityProvider'))
    for (const type of given.wayOut) {
      const ids = Object.keys(gpu.findResources(type))
      expect(ids.length).toBeGreaterThan(0)
      expect(machines?.DependsOn).toEqual(expect.arrayContaining(ids))
    }
    const [[provider]] = Object.entries(gpu.findResources('AWS::ECS::CapacityProvider')) as [[string, unknown]]
    const [service] = Object.values(gpu.findResources('AWS::ECS::Service'))
    expect(service?.Properties.CapacityProviderStrategy[0].CapacityProvider).toEqual({ Ref: provider })
  })
})

describe('a stage in two regions of one account', () => {
  it('gives the role of its machines a name in each, which ECS may hand out', () => {
    const pools = JSON.stringify({ default: {}, [`a-${'long-'.repeat(12)}n`]: { device: 'cpu' } })
    const names = ['us-east-1', 'ap-southeast-1'].flatMap((region) => {
      const { gpu } = templates({ settings: { stage: 'staging', region, pools } })
      const roles = Object.values(gpu.findResources('AWS::IAM::Role')).flatMap(
        ({ Properties }) => Properties.RoleName ?? [],
      )
      const profiles = Object.values(gpu.findResources('AWS::IAM::InstanceProfile'))
      expect(profiles.map(({ Properties }) => Properties.InstanceProfileName)).toEqual(roles)
      return roles as string[]
    })
    expect(new Set(names).size).toBe(4)
    // The policy AmazonECSInfrastructureRolePolicyForManagedInstances lets it pass no other, and IAM takes 64 letters.
    for (const name of names) expect(name).toMatch(/^ecsInstanceRole.{1,49}$/)
  })
})

describe('the network', () => {
  it('is in the zones that are named, and otherwise in the first two of the region', () => {
    const zonesOf = (settings: Record<string, string>) =>
      Object.values(templates({ settings }).gpu.findResources('AWS::EC2::Subnet')).map(
        ({ Properties }) => Properties.AvailabilityZone,
      )
    expect(zonesOf({ zones: 'us-east-1b,us-east-1d' })).toEqual(['us-east-1b', 'us-east-1d'])
    expect(zonesOf({})).toEqual([0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })))
  })
})

describe('the service', () => {
  it('takes a version back that does not become ready, and has both running in between', () => {
    gpu.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
      },
      DesiredCount: Match.absent(),
    })
  })

  it('grows when its replicas are busy or have requests wait, to as many as the stage allows', () => {
    gpu.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 1, MaxCapacity: 3 })
    const policies = Object.values(gpu.findResources('AWS::ApplicationAutoScaling::ScalingPolicy'))
    const followed = policies.map(({ Properties }) => Properties.TargetTrackingScalingPolicyConfiguration)
    const dimension = { Name: 'pool', Value: 'default' }
    const metric = { Namespace: 'Slipway/prod', Statistic: 'Average', Dimensions: [dimension] }
    expect(followed).toEqual([
      expect.objectContaining({
        CustomizedMetricSpecification: { ...metric, MetricName: 'busy_share' },
        TargetValue: 0.6,
      }),
      expect.objectContaining({
        CustomizedMetricSpecification: { ...metric, MetricName: 'queue_wait_seconds' },
        TargetValue: 0.12,
      }),
    ])
  })

  it('follows numbers that a replica writes, under the same names', async () => {
    const lines: string[] = []
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const write = (line: string) => void lines.push(line)
    const stop = emitLoad({ namespace: 'Slipway/prod', pool: 'default', engines: 1, metrics: createMetrics(), write })
    await vi.advanceTimersByTimeAsync(60_000)
    stop()
    const written = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line))))
    const read = [...JSON.stringify(gpu.toJSON()).matchAll(/"MetricName":"([a-z_]+)"/g)].map(([, name]) => name)
    expect(read).toContain('busy_share')
    for (const name of read) expect(written).toContain(name)
  })
})

describe('the way in', () => {
  it('is the HTTP API alone', () => {
    gpu.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' })
    gpu.hasResourceProperties('AWS::ApiGatewayV2::Integration', { ConnectionType: 'VPC_LINK' })
    const open = Object.values(gpu.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => Properties.SecurityGroupIngress ?? [],
    )
    expect(open.filter((rule) => rule.CidrIp === '0.0.0.0/0')).toEqual([])
  })

  it('leads to every protocol of a replica, and neither to its metrics nor to what is not thought of yet', () => {
    const keys = Object.values(gpu.findResources('AWS::ApiGatewayV2::Route')).map((route) => route.Properties.RouteKey)
    expect(keys).not.toContain('$default')
    const patterns = keys.map((key: string) => new RegExp(`^${key.slice('ANY '.length).replace('{proxy+}', '.+')}$`))
    const { routes } = createServingApp({} as ServingParts)
    const paths = new Set(routes.map(({ path }) => path).filter((path) => !path.endsWith('*')))
    const hidden = [...paths].filter((path) => !patterns.some((pattern) => pattern.test(path)))
    expect(hidden).toEqual(['/metrics'])
    expect(paths.size).toBeGreaterThan(5)
  })

  it('leads to the replica with the fewest requests in flight, of those that are ready', () => {
    const [group] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'))
    expect(attribute(group as TargetGroup, 'load_balancing.algorithm.type')).toBe('least_outstanding_requests')
    expect(group?.Properties.HealthCheckPath).toBe('/ready')
  })
})

describe('the way out', () => {
  it('is private endpoints and no internet, unless the stage asks for a NAT gateway', () => {
    gpu.resourceCountIs('AWS::EC2::NatGateway', 0)
    gpu.resourceCountIs('AWS::EC2::InternetGateway', 0)
    gpu.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, 2)
    const { gpu: withNat } = templates({ settings: { egress: 'nat' } })
    withNat.resourceCountIs('AWS::EC2::NatGateway', 1)
    withNat.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, 0)
  })
})

function environment(container: { Environment: { Name: string; Value: unknown }[] }) {
  return Object.fromEntries(container.Environment.map(({ Name, Value }) => [Name, Value])) as Record<string, unknown>
}

function attribute(group: TargetGroup | undefined, key: string) {
  return group?.Properties.TargetGroupAttributes.find(({ Key }) => Key === key)?.Value
}

const idleTimeout = 'idle_timeout.timeout_seconds'

interface TargetGroup {
  Properties: { TargetGroupAttributes: Attribute[] }
}

interface Attribute {
  Key: string
  Value: string
}

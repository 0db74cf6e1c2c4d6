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

  it('has a whole GPU, and leaves the machine what it needs', () => {
    expect(container.ResourceRequirements).toEqual([{ Type: 'GPU', Value: '1' }])
    expect(Number(task?.Properties.Cpu)).toBeLessThan(4 * 1024)
    expect(Number(task?.Properties.Memory)).toBeLessThan(16 * 1024)
    expect(task?.Properties).toMatchObject({
      RequiresCompatibilities: ['MANAGED_INSTANCES'],
      RuntimePlatform: { CpuArchitecture: 'X86_64' },
    })
  })

  it('can write only to its cache, and is unprivileged', () => {
    expect(container).toMatchObject({
      ReadonlyRootFilesystem: true,
      User: '1000:1000',
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
    })
    const cache = environment(container).SLIPWAY_CACHE_DIR
    expect(container.MountPoints).toEqual([expect.objectContaining({ ContainerPath: cache, ReadOnly: false })])
  })

  it('knows where its data is, and no secret', () => {
    expect(environment(container)).toMatchObject({
      SLIPWAY_DEVICE: 'cuda',
      SLIPWAY_PORT: '8080',
      SLIPWAY_EMF_NAMESPACE: 'Slipway/prod',
      SLIPWAY_ADMIN_KEY_SHA256: adminKeySha256,
      SLIPWAY_TABLE: expect.anything(),
      SLIPWAY_BUCKET: expect.anything(),
      // ECS agents set it themselves only since April 2026 (aws/amazon-ecs-agent#4946).
      AWS_REGION: 'us-east-1',
    })
  })

  it('knows its public address', () => {
    const [api] = Object.keys(gpu.findResources('AWS::ApiGatewayV2::Api'))
    expect(environment(container).SLIPWAY_PUBLIC_URL).toEqual({ 'Fn::GetAtt': [api, 'ApiEndpoint'] })
  })

  it('answers until the load balancer notices that it stops, and keeps connections open for longer than that does', () => {
    const [group] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'))
    const { HealthCheckIntervalSeconds: interval, UnhealthyThresholdCount: failures } = group?.Properties ?? {}
    const { SLIPWAY_DRAIN_MS: drainMs, SLIPWAY_GRACE_MS: graceMs } = environment(container)
    expect(Number(drainMs)).toBeGreaterThan(interval * failures * 1000)
    // The HTTP API allows a request 30 seconds, and the last one may begin when the drain ends.
    expect(Number(graceMs)).toBeGreaterThan(Number(drainMs) + 30_000)
    const [balancer] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'))
    const idle = balancer?.Properties.LoadBalancerAttributes.find(({ Key }: Attribute) => Key === idleTimeout)
    expect(Number(idle.Value) * 1000).toBeLessThan(keepAliveMs)
  })

  it('is not killed before the load balancer has drained it', () => {
    const [group] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'))
    const delaySeconds = Number(attribute(group as TargetGroup, 'deregistration_delay.timeout_seconds'))
    expect(container.StopTimeout).toBeGreaterThan(delaySeconds)
    expect(container.StopTimeout * 1000).toBeGreaterThan(Number(environment(container).SLIPWAY_GRACE_MS))
    // The HTTP API allows a request 30 seconds.
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
  ])('have their way out (%egress) from before their first start until their last stop', (given) => {
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
  it("gives its machines' role a name per region that ECS may pass", () => {
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
    // AmazonECSInfrastructureRolePolicyForManagedInstances allows only this prefix, and IAM at most 64 characters.
    for (const name of names) expect(name).toMatch(/^ecsInstanceRole.{1,49}$/)
  })
})

describe('the network', () => {
  it('uses the named zones, or the first two of the region', () => {
    const zonesOf = (settings: Record<string, string>) =>
      Object.values(templates({ settings }).gpu.findResources('AWS::EC2::Subnet')).map(
        ({ Properties }) => Properties.AvailabilityZone,
      )
    expect(zonesOf({ zones: 'us-east-1b,us-east-1d' })).toEqual(['us-east-1b', 'us-east-1d'])
    expect(zonesOf({})).toEqual([0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })))
  })
})

describe('the service', () => {
  it('rolls back a version that does not become ready, and runs both meanwhile', () => {
    gpu.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
      },
      DesiredCount: Match.absent(),
    })
  })

  it('scales on busy engines and waiting requests, up to the limit of the stage', () => {
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

  it('scales on metrics that a replica writes under the same names', async () => {
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

describe('the entry', () => {
  it('is the HTTP API only', () => {
    gpu.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' })
    gpu.hasResourceProperties('AWS::ApiGatewayV2::Integration', { ConnectionType: 'VPC_LINK' })
    const open = Object.values(gpu.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => Properties.SecurityGroupIngress ?? [],
    )
    expect(open.filter((rule) => rule.CidrIp === '0.0.0.0/0')).toEqual([])
  })

  it('routes to every protocol of a replica, but not to its metrics or unknown paths', () => {
    const keys = Object.values(gpu.findResources('AWS::ApiGatewayV2::Route')).map((route) => route.Properties.RouteKey)
    expect(keys).not.toContain('$default')
    const patterns = keys.map((key: string) => new RegExp(`^${key.slice('ANY '.length).replace('{proxy+}', '.+')}$`))
    const { routes } = createServingApp({} as ServingParts)
    const paths = new Set(routes.map(({ path }) => path).filter((path) => !path.endsWith('*')))
    const hidden = [...paths].filter((path) => !patterns.some((pattern) => pattern.test(path)))
    expect(hidden).toEqual(['/metrics'])
    expect(paths.size).toBeGreaterThan(5)
  })

  it('prefers the ready replica with the fewest requests in flight', () => {
    const [group] = Object.values(gpu.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'))
    expect(attribute(group as TargetGroup, 'load_balancing.algorithm.type')).toBe('least_outstanding_requests')
    expect(group?.Properties.HealthCheckPath).toBe('/ready')
  })
})

describe('the exit', () => {
  it('is private endpoints without internet, unless the stage wants a NAT gateway', () => {
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

import { describe, expect, it } from 'vitest'
import { serviceSettingNames } from '../../gpu-service/settings.ts'
import { poolPort } from '../../infra/pool-port.ts'
import { parseStageConfig } from '../../infra/stage-config.ts'

import { templates } from './synthesised-app.ts'
import { teamAlarms } from './team-alarms.ts'

const gigabyte = 1000 ** 3

describe('the pools of a stage', () => {
  const poolsOf = (pools: Record<string, unknown>, more = {}) => parseStageConfig({ pools, ...more }).gpu?.pools ?? []
  const run = (pool: Record<string, unknown>) => poolsOf({ default: pool })[0]?.run

  it('give models the memory of the smallest allowed GPU, minus what runs need', () => {
    expect(run({})?.modelMemoryBytes).toBe(11.2 * gigabyte)
    expect(run({ instanceTypes: ['g6.xlarge', 'g5.*'] })?.modelMemoryBytes).toBe(16.8 * gigabyte)
    expect(
      run({ instanceTypes: ['p9.xlarge'], memoryGiB: 64, modelMemoryBytes: 50 * gigabyte })?.modelMemoryBytes,
    ).toBe(50 * gigabyte)
    expect(run({ device: 'cpu', memoryGiB: 8 })?.modelMemoryBytes).toBe(Math.round(0.6 * 6 * 1024 ** 3))
  })

  it('have the size of the named machines, minus what the machine itself needs', () => {
    const machine = (instanceTypes: string[], more = {}) => {
      const [pool] = poolsOf({ default: { device: 'cpu', instanceTypes, ...more } })
      return [pool?.vCpus, pool?.memoryGiB]
    }
    expect(machine(['c7i.2xlarge'])).toEqual([8, 16])
    expect(machine(['c7i.large', 'm7a.xlarge'])).toEqual([2, 4])
    expect(machine(['r8i.*'])).toEqual([4, 32])
    expect(machine(['m7i.*'], { vCpus: 16 })).toEqual([16, 64])
    expect(machine(['hpc7a.12xlarge'], { memoryGiB: 768 })).toEqual([48, 768])
    expect(poolsOf({ default: {} })[0]).toMatchObject({ vCpus: 4, memoryGiB: 16, diskGiB: 150 })
    expect(poolsOf({ default: { instanceTypes: ['g6e.2xlarge'] } })[0]).toMatchObject({ vCpus: 8, memoryGiB: 64 })
  })

  it('name every invalid setting', () => {
    const wrong = {
      GPU: {},
      default: { replicasMin: 3, replicasMax: 2, device: 'tpu', remoteImage: true },
      big: { instanceTypes: ['p9.xlarge'] },
      many: { replicasMin: 2, replicasMax: 1, requestTimeoutMs: 60_000, intraOpThreads: 0 },
    }
    for (const fault of [
      /pools\.GPU: /,
      /pools\.default\.device: must be "cuda" or "cpu"/,
      /pools\.default: .*"remoteImage"/,
      /pools\.big\.memoryGiB: is needed/,
      /pools\.big\.modelMemoryBytes: is needed, because the GPU memory/,
      /pools\.many\.requestTimeoutMs: must be a whole number from 1 to 29000/,
      /pools\.many\.intraOpThreads: must be a whole number from 1 to 256/,
    ])
      expect(() => poolsOf(wrong)).toThrow(fault)
    expect(() => poolsOf({ default: { replicasMin: 3, replicasMax: 2 } })).toThrow(
      'pools.default.replicasMax: must be at least replicasMin',
    )
  })

  it('are refused without one named default, and as invalid JSON', () => {
    expect(() => poolsOf({ gpu: {} })).toThrow('pools: must have one named "default"')
    expect(() => parseStageConfig({ pools: 'default' })).toThrow('pools: must be JSON')
  })

  it('are refused if two would share a port, with the one to rename', () => {
    const byPort = new Map<number, string>()
    const pair = Array.from({ length: 2000 }, (_, at) => `pool-${at}`).flatMap((name) => {
      const first = byPort.get(poolPort(name))
      byPort.set(poolPort(name), name)
      return first === undefined ? [] : [[first, name] as const]
    })[0]
    const [first = '', second = ''] = pair ?? []
    expect(() => poolsOf({ default: {}, [first]: {}, [second]: {} })).toThrow(
      `pools.${second}: would be on the same port of the load balancer as "${first}"`,
    )
  })

  it('fetch remote images only with a route to the internet', () => {
    const pools = { default: { remoteImages: true } }
    expect(() => poolsOf(pools)).toThrow('egress: must be "nat" where a pool has remoteImages')
    expect(poolsOf(pools, { egress: 'nat' })[0]?.run.remoteImages).toBe(true)
  })
})

describe('the load balancer of a stage', () => {
  const resourcesOf = (pools: object) =>
    templates({ settings: { stage: 'prod', pools: JSON.stringify(pools) } }).gpu.toJSON().Resources as Record<
      string,
      { Type: string; Properties: { Port?: number } }
    >
  const [cpu, big] = [{ device: 'cpu' }, { device: 'cuda' }]

  it('keeps the port of each pool, whatever pools are added before it', () => {
    const portsOf = (resources: ReturnType<typeof resourcesOf>) =>
      Object.fromEntries(
        Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
          Type === 'AWS::ElasticLoadBalancingV2::Listener' ? [[id, Properties.Port]] : [],
        ),
      )
    const before = portsOf(resourcesOf({ default: {}, cpu }))
    const after = portsOf(resourcesOf({ big, default: {}, cpu }))
    expect(Object.keys(before)).toHaveLength(2)
    expect(after).toMatchObject(before)
    expect(new Set(Object.values(after)).size).toBe(3)
  })

  it('keeps the logical ids of the pool "default", by which existing stages know it', () => {
    const ids = Object.entries(resourcesOf({ default: {} })).map(([id, { Type }]) => `${Type} ${id}`)
    expect(ids).toEqual(expect.arrayContaining(idsOfBefore))
  })
})

/** From before pools had names. */
const idsOfBefore = [
  'AWS::ApiGatewayV2::Api FrontDoorApi9446D656',
  'AWS::ApiGatewayV2::Integration FrontDoorApiANYv1proxyInference087EB51F',
  'AWS::ApiGatewayV2::Stage FrontDoorStage64A90D40',
  'AWS::ApiGatewayV2::VpcLink BalancerLink281629EB',
  'AWS::ECS::CapacityProvider CapacityMachinesF9579165',
  'AWS::ECS::Cluster CapacityClusterDB0BCD31',
  'AWS::ECS::Service Service9571FDD8',
  'AWS::ElasticLoadBalancingV2::Listener BalancerHttpABCD7BFA',
  'AWS::ElasticLoadBalancingV2::LoadBalancer BalancerDBE9C461',
  'AWS::ElasticLoadBalancingV2::TargetGroup BalancerHttpReplicasGroup936D3EC1',
]

describe('a stage with a pool of GPUs and one of CPUs', () => {
  const pools = {
    default: { intraOpThreads: 2 },
    cpu: { device: 'cpu', instanceTypes: ['c7i.2xlarge'], replicasMin: 2, replicasMax: 6, engines: 7 },
  }
  const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:alarms'
  const { gpu } = templates({ settings: { stage: 'prod', pools: JSON.stringify(pools), alarmTopicArn } })
  const all = (type: string) => Object.entries(gpu.findResources(type))
  const taskOf = (pool: string) => {
    const tasks = all('AWS::ECS::TaskDefinition').map(([id, { Properties }]) => ({ id, ...Properties }))
    const settings = (task: (typeof tasks)[number]) =>
      Object.fromEntries(
        task.ContainerDefinitions[0].Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [
          Name,
          Value,
        ]),
      )
    const task = tasks.find((task) => settings(task).SLIPWAY_POOL === pool)
    if (task === undefined) throw new Error(`no task of the pool ${pool}`)
    return { task, settings: settings(task), container: task.ContainerDefinitions[0] }
  }

  it('has a service for each, on its own machines', () => {
    expect(all('AWS::ECS::Service')).toHaveLength(2)
    expect(all('AWS::ECS::Cluster')).toHaveLength(1)
    const strategies = all('AWS::ECS::Service').map(([, { Properties }]) => Properties.CapacityProviderStrategy[0])
    expect(new Set(strategies.map((strategy) => JSON.stringify(strategy))).size).toBe(2)
    gpu.hasResourceProperties('AWS::ECS::CapacityProvider', {
      ManagedInstancesProvider: {
        InstanceLaunchTemplate: {
          InstanceRequirements: { AllowedInstanceTypes: ['c7i.2xlarge'], VCpuCount: { Min: 8, Max: 8 } },
        },
      },
    })
  })

  it('gives a GPU and a CUDA image only to GPU pools', () => {
    const [cuda, cpu] = [taskOf('default'), taskOf('cpu')]
    expect(cuda.container.ResourceRequirements).toEqual([{ Type: 'GPU', Value: '1' }])
    expect(cpu.container.ResourceRequirements).toBeUndefined()
    expect([cuda.settings.SLIPWAY_DEVICE, cpu.settings.SLIPWAY_DEVICE]).toEqual(['cuda', 'cpu'])
    expect(cpu.container.Image).not.toEqual(cuda.container.Image)
    expect(cpu.task.Cpu).toBe(String(8 * 1024 - 512))
  })

  it('configures each pool with settings that the service reads', () => {
    const [cuda, cpu] = [taskOf('default'), taskOf('cpu')]
    expect(cuda.settings).toMatchObject({ SLIPWAY_INTRA_OP_THREADS: '2', SLIPWAY_REMOTE_IMAGES: 'false' })
    expect(cuda.settings).not.toHaveProperty('SLIPWAY_ENGINES')
    expect(cpu.settings).toMatchObject({ SLIPWAY_ENGINES: '7', SLIPWAY_REQUEST_TIMEOUT_MS: '29000' })
    const readBySdk = ['AWS_REGION']
    const read = [...serviceSettingNames, ...readBySdk]
    for (const name of Object.keys({ ...cuda.settings, ...cpu.settings })) expect(read).toContain(name)
  })

  it('has an address for each behind one load balancer, which its replicas report', () => {
    expect(all('AWS::ElasticLoadBalancingV2::LoadBalancer')).toHaveLength(1)
    const ports = all('AWS::ElasticLoadBalancingV2::Listener').map(([, { Properties }]) => Properties.Port)
    expect(ports).toEqual([80, poolPort('cpu')])
    const urls = ['default', 'cpu'].map((pool) => taskOf(pool).settings.SLIPWAY_PUBLIC_URL)
    const apis = all('AWS::ApiGatewayV2::Api').map(([id]) => ({ 'Fn::GetAtt': [id, 'ApiEndpoint'] }))
    expect(urls).toEqual(apis)
    const outputs = gpu.findOutputs('*')
    expect([outputs.InferenceUrl?.Value, outputs.InferenceUrlCpu?.Value]).toEqual(urls)
  })

  it('scales each on its own metrics and within its own bounds', () => {
    const bounds = all('AWS::ApplicationAutoScaling::ScalableTarget').map(([, { Properties }]) => [
      Properties.MinCapacity,
      Properties.MaxCapacity,
    ])
    expect(bounds).toEqual([
      [1, 4],
      [2, 6],
    ])
    const pools = all('AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ([, { Properties }]) =>
        Properties.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Dimensions[0].Value,
    )
    expect(pools).toEqual(['default', 'default', 'cpu', 'cpu'])
  })

  it('shows each in a row of one dashboard, with its scaling metrics', () => {
    const [[, dashboard]] = all('AWS::CloudWatch::Dashboard') as [[string, { Properties: { DashboardBody: unknown } }]]
    const text = JSON.stringify(dashboard.Properties.DashboardBody)
    for (const pool of Object.keys(pools))
      for (const shown of ['requests', 'seconds to answer', 'engines busy', 'seconds waited', 'replicas'])
        expect(text).toContain(`${pool}: ${shown}`)
    for (const metric of ['busy_share', 'queue_wait_seconds']) expect(text).toContain(metric)
  })

  it('has alarms for each that say what to do and notify the team', () => {
    const alarms = teamAlarms(gpu)
    expect(alarms.map(({ about }) => about)).toEqual([...Array(5).fill('Pool default'), ...Array(5).fill('Pool cpu')])
    expect(new Set(alarms.map(({ told }) => told))).toEqual(new Set([`["${alarmTopicArn}"]`]))
  })
})

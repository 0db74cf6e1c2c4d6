import { Size, Stack, Token } from 'aws-cdk-lib'
import {
  AcceleratorManufacturer,
  AcceleratorType,
  CpuManufacturer,
  InstanceGeneration,
  type IVpc,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2'
import {
  type CapacityProviderStrategy,
  Cluster,
  ContainerInsights,
  type ICluster,
  ManagedInstancesCapacityProvider,
} from 'aws-cdk-lib/aws-ecs'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

/** A cluster that starts a GPU machine when a task asks for one, and gives it back when none does. */
export class GpuCapacity extends Construct {
  readonly cluster: ICluster
  readonly strategy: CapacityProviderStrategy

  constructor(scope: Construct, id: string, { vpc }: { vpc: IVpc }) {
    super(scope, id)
    const cluster = new Cluster(this, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENHANCED })
    const provider = new ManagedInstancesCapacityProvider(this, 'Machines', {
      subnets: vpc.selectSubnets({ subnetGroupName: 'Private' }).subnets,
      securityGroups: [new SecurityGroup(this, 'MachineAccess', { vpc, description: 'Machines take no connections' })],
      // Holds the image, its logs and the cache of models, which are fetched once per machine.
      taskVolumeStorage: Size.gibibytes(150),
      instanceRequirements: {
        // Turing to Ada, one GPU each. A10G and L4 hold 24 GB, T4 holds 16 GB.
        allowedInstanceTypes: ['g6.*', 'g5.*', 'g4dn.*'],
        instanceGenerations: [InstanceGeneration.CURRENT],
        // The GPU build of onnxruntime for Node exists for x86-64 alone.
        cpuManufacturers: [CpuManufacturer.INTEL, CpuManufacturer.AMD],
        vCpuCountMin: 4,
        vCpuCountMax: 8,
        memoryMin: Size.gibibytes(15),
        memoryMax: Size.gibibytes(33),
        acceleratorTypes: [AcceleratorType.GPU],
        acceleratorManufacturers: [AcceleratorManufacturer.NVIDIA],
        acceleratorCountMin: 1,
        acceleratorCountMax: 1,
      },
    })
    excuseMachineRoles(provider)
    cluster.addManagedInstancesCapacityProvider(provider)
    // The library's classes leave out `| undefined` where their own interfaces have it.
    this.cluster = cluster as ICluster
    this.strategy = { capacityProvider: provider.capacityProviderName, weight: 1 }
  }
}

/** The roles are the library's own, made to the letter of what ECS asks for. */
function excuseMachineRoles(provider: ManagedInstancesCapacityProvider) {
  const stack = Stack.of(provider)
  const partition = Token.isUnresolved(stack.partition) ? '<AWS::Partition>' : stack.partition
  const region = Token.isUnresolved(stack.region) ? '<AWS::Region>' : stack.region
  const account = Token.isUnresolved(stack.account) ? '<AWS::AccountId>' : stack.account
  acknowledge(provider, {
    rule: 'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances]',
    reason: 'ECS starts and stops the machines with it, and AWS widens it when the feature needs more.',
  })
  acknowledge(provider, {
    rule: 'IAM5[Resource::*]',
    reason: 'A machine asks where its cluster is, ecs:DiscoverPollEndpoint, which knows no resource.',
  })
  acknowledge(provider, {
    rule: `IAM5[Resource::arn:${partition}:ecs:${region}:${account}:container-instance/*]`,
    reason: 'A machine registers itself under an id that exists only afterwards.',
  })
}

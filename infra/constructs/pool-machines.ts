import { Names, Size, Stack, Token } from 'aws-cdk-lib'
import {
  AcceleratorManufacturer,
  AcceleratorType,
  CpuManufacturer,
  InstanceGeneration,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2'
import { type CapacityProviderStrategy, type Cluster, ManagedInstancesCapacityProvider } from 'aws-cdk-lib/aws-ecs'
import type { CfnInstanceProfile, CfnRole } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { PoolConfig } from '../pool-config.ts'
import { acknowledge } from './acknowledge.ts'
import type { InferenceNetwork } from './inference-network.ts'

interface PoolMachinesProps {
  network: InferenceNetwork
  cluster: Cluster
  pool: PoolConfig
}

/** Machines that the cluster starts for a pool's tasks and releases when there are none. */
export class PoolMachines extends Construct {
  readonly strategy: CapacityProviderStrategy

  constructor(scope: Construct, id: string, { network, cluster, pool }: PoolMachinesProps) {
    super(scope, id)
    const { vpc } = network
    const provider = new ManagedInstancesCapacityProvider(this, 'Machines', {
      subnets: vpc.selectSubnets({ subnetGroupName: 'Private' }).subnets,
      securityGroups: [new SecurityGroup(this, 'MachineAccess', { vpc, description: 'Machines take no connections' })],
      // A machine downloads each model once.
      taskVolumeStorage: Size.gibibytes(pool.diskGiB),
      instanceRequirements: {
        allowedInstanceTypes: [...pool.instanceTypes],
        instanceGenerations: [InstanceGeneration.CURRENT],
        // onnxruntime's GPU build for Node is x86-64 only, and all pools share one image.
        cpuManufacturers: [CpuManufacturer.INTEL, CpuManufacturer.AMD],
        vCpuCountMin: pool.vCpus,
        vCpuCountMax: pool.vCpus * spare(pool),
        memoryMin: Size.gibibytes(pool.memoryGiB - 1),
        memoryMax: Size.gibibytes(pool.memoryGiB * spare(pool) + 1),
        ...(pool.device === 'cuda' && oneGpu),
      },
    })
    // A machine needs the network's way out to join and to leave the cluster, so the network must exist before and
    // after it.
    provider.node.addDependency(network)
    nameByRegion(provider)
    excuseMachineRoles(provider)
    cluster.addManagedInstancesCapacityProvider(provider)
    this.strategy = { capacityProvider: provider.capacityProviderName, weight: 1 }
  }
}

/** A GPU is often only available in the next size, half of which stays unused; a CPU always is. */
const spare = ({ device }: PoolConfig): number => (device === 'cuda' ? 2 : 1)

const oneGpu = {
  acceleratorTypes: [AcceleratorType.GPU],
  acceleratorManufacturers: [AcceleratorManufacturer.NVIDIA],
  acceleratorCountMin: 1,
  acceleratorCountMax: 1,
}

/**
 * The library uses the same names in every region, but IAM names are unique per account. ECS may only pass roles whose
 * names begin like this to a machine.
 */
function nameByRegion(provider: ManagedInstancesCapacityProvider) {
  // In the longest region these are 63 of the 64 allowed characters.
  const name = `ecsInstanceRole-${Stack.of(provider).region}-${Names.uniqueResourceName(provider, { maxLength: 32 })}`
  const resourceOf = (id: string) => provider.node.findChild(id).node.defaultChild
  ;(resourceOf('InstanceRole') as CfnRole).roleName = name
  ;(resourceOf('InstanceProfile') as CfnInstanceProfile).instanceProfileName = name
}

/** The library creates these roles exactly as ECS requires. */
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
    reason: 'A machine asks where its cluster is, ecs:DiscoverPollEndpoint, which supports no resource.',
  })
  acknowledge(provider, {
    rule: `IAM5[Resource::arn:${partition}:ecs:${region}:${account}:container-instance/*]`,
    reason: 'A machine registers itself under an id that does not exist before.',
  })
}

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

/** Machines that the cluster starts when a task of the pool asks for one, and gives back when none does. */
export class PoolMachines extends Construct {
  readonly strategy: CapacityProviderStrategy

  constructor(scope: Construct, id: string, { network, cluster, pool }: PoolMachinesProps) {
    super(scope, id)
    const { vpc } = network
    const provider = new ManagedInstancesCapacityProvider(this, 'Machines', {
      subnets: vpc.selectSubnets({ subnetGroupName: 'Private' }).subnets,
      securityGroups: [new SecurityGroup(this, 'MachineAccess', { vpc, description: 'Machines take no connections' })],
      // Files of models are fetched once per machine.
      taskVolumeStorage: Size.gibibytes(pool.diskGiB),
      instanceRequirements: {
        allowedInstanceTypes: [...pool.instanceTypes],
        instanceGenerations: [InstanceGeneration.CURRENT],
        // The GPU build of onnxruntime for Node exists for x86-64 alone, and the image is one for all.
        cpuManufacturers: [CpuManufacturer.INTEL, CpuManufacturer.AMD],
        vCpuCountMin: pool.vCpus,
        vCpuCountMax: pool.vCpus * spare(pool),
        memoryMin: Size.gibibytes(pool.memoryGiB - 1),
        memoryMax: Size.gibibytes(pool.memoryGiB * spare(pool) + 1),
        ...(pool.device === 'cuda' && oneGpu),
      },
    })
    // Without its way out a machine neither joins the cluster nor leaves it, so the network is there before and after them.
    provider.node.addDependency(network)
    nameByRegion(provider)
    excuseMachineRoles(provider)
    cluster.addManagedInstancesCapacityProvider(provider)
    this.strategy = { capacityProvider: provider.capacityProviderName, weight: 1 }
  }
}

/** A GPU is often to be had with the next size alone, whose other half is paid for and not used; a CPU always is. */
const spare = ({ device }: PoolConfig): number => (device === 'cuda' ? 2 : 1)

const oneGpu = {
  acceleratorTypes: [AcceleratorType.GPU],
  acceleratorManufacturers: [AcceleratorManufacturer.NVIDIA],
  acceleratorCountMin: 1,
  acceleratorCountMax: 1,
}

/**
 * The library's names are the same in every region, and IAM has each name once in an account. ECS may hand a machine only
 * roles whose names begin so.
 */
function nameByRegion(provider: ManagedInstancesCapacityProvider) {
  // With the longest region these are 63 of the 64 letters that a name may have.
  const name = `ecsInstanceRole-${Stack.of(provider).region}-${Names.uniqueResourceName(provider, { maxLength: 32 })}`
  const resourceOf = (id: string) => provider.node.findChild(id).node.defaultChild
  ;(resourceOf('InstanceRole') as CfnRole).roleName = name
  ;(resourceOf('InstanceProfile') as CfnInstanceProfile).instanceProfileName = name
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

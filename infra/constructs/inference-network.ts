import { RemovalPolicy } from 'aws-cdk-lib'
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetConfiguration,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { GpuConfig, StageConfig } from '../stage-config.ts'

interface InferenceNetworkProps {
  config: StageConfig
  gpu: GpuConfig
}

/** A network for the GPU tasks, with the stage's way out. */
export class InferenceNetwork extends Construct {
  readonly vpc: IVpc

  constructor(scope: Construct, id: string, { config, gpu }: InferenceNetworkProps) {
    super(scope, id)
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(addressRange),
      maxAzs: 2,
      natGateways: gpu.egress === 'nat' ? 1 : 0,
      subnetConfiguration: subnets[gpu.egress],
      // Emptying it needs a custom resource, and nothing here uses the default group.
      restrictDefaultSecurityGroup: false,
    })
    // Free, and used under either egress for the model weights, which are most of the traffic.
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 })
    vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB })
    // The library's class lacks the `| undefined` of its own interface.
    this.vpc = vpc as IVpc
    if (gpu.egress === 'endpoints') this.#addPrivateEndpoints(gpu)
    this.#logFlows(config)
  }

  #addPrivateEndpoints({ endpointZones }: GpuConfig) {
    const securityGroup = new SecurityGroup(this, 'EndpointAccess', {
      vpc: this.vpc,
      description: 'HTTPS from the network to the private endpoints',
      allowAllOutbound: false,
    })
    securityGroup.addIngressRule(Peer.ipv4(addressRange), Port.HTTPS)
    const subnets = { subnets: this.vpc.isolatedSubnets.slice(0, endpointZones) }
    for (const [id, service] of Object.entries(privateEndpoints)) {
      this.vpc.addInterfaceEndpoint(id, { service, subnets, securityGroups: [securityGroup], open: false })
    }
  }

  #logFlows({ logRetention }: StageConfig) {
    const logGroup = new LogGroup(this, 'Flows', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY })
    this.vpc.addFlowLog('Flows', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) })
  }
}

const addressRange = '10.0.0.0/16'

const subnets: Record<GpuConfig['egress'], SubnetConfiguration[]> = {
  endpoints: [{ name: 'Private', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
  nat: [
    { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
    { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
  ],
}

/** What an instance needs to join its cluster, pull its image and write its log. */
const privateEndpoints = {
  Images: InterfaceVpcEndpointAwsService.ECR,
  ImageLayers: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Cluster: InterfaceVpcEndpointAwsService.ECS,
  ClusterAgent: InterfaceVpcEndpointAwsService.ECS_AGENT,
  ClusterTelemetry: InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
}

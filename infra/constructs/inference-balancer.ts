import { Duration } from 'aws-cdk-lib'
import { type HttpRouteIntegration, VpcLink } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpAlbIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2'
import type { FargateService } from 'aws-cdk-lib/aws-ecs'
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  type ApplicationTargetGroup,
  TargetGroupLoadBalancingAlgorithmType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Construct } from 'constructs'
import type { PoolConfig } from '../pool-config.ts'
import { poolPort } from '../pool-port.ts'
import { acknowledge } from './acknowledge.ts'
import { readinessCheck, servicePort } from './inference-task.ts'

/** One load balancer for all pools, each on a port of its own, reachable only through the integrations it returns. */
export class InferenceBalancer extends Construct {
  readonly #balancer: ApplicationLoadBalancer
  readonly #linkAccess: SecurityGroup
  readonly #vpcLink: VpcLink

  constructor(scope: Construct, id: string, { vpc }: { vpc: IVpc }) {
    super(scope, id)
    this.#balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      vpcSubnets: { subnetGroupName: 'Private' },
      internetFacing: false,
      dropInvalidHeaderFields: true,
      // Shorter than a replica's keep-alive, or requests would be sent over connections that just closed.
      idleTimeout: Duration.seconds(60),
    })
    acknowledge(this.#balancer, {
      rule: 'ELB2',
      reason: 'Only the HTTP API reaches it, and its access log has every request.',
    })
    this.#linkAccess = new SecurityGroup(this, 'LinkAccess', {
      vpc,
      description: 'From the HTTP APIs to the load balancer',
      allowAllOutbound: false,
    })
    this.#vpcLink = new VpcLink(this, 'Link', {
      vpc,
      subnets: { subnetGroupName: 'Private' },
      securityGroups: [this.#linkAccess],
    })
  }

  /** Balances the pool's requests over its ready replicas. */
  add({ pool, service }: AddedPool): { integration: HttpRouteIntegration; replicas: ApplicationTargetGroup } {
    // The first pool predates the others and keeps its id, by which CloudFormation identifies it.
    const idOf = (part: string) => (pool.name === 'default' ? part : `${part}-${pool.name}`)
    const listener = this.#balancer.addListener(idOf('Http'), {
      port: poolPort(pool.name),
      protocol: ApplicationProtocol.HTTP,
      open: false,
    })
    listener.connections.allowDefaultPortFrom(this.#linkAccess)
    const replicas = listener.addTargets(idOf('Replicas'), {
      targets: [service],
      port: servicePort,
      protocol: ApplicationProtocol.HTTP,
      // Requests differ in cost by orders of magnitude, so their number in flight says more than round robin.
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      // Longer than the HTTP API's 30 s for a request, shorter than the task's stop timeout.
      deregistrationDelay: Duration.seconds(40),
      healthCheck: {
        path: readinessCheck.path,
        interval: readinessCheck.interval,
        healthyThresholdCount: 2,
        unhealthyThresholdCount: readinessCheck.failuresMax,
      },
    })
    const integration = new HttpAlbIntegration(idOf('Inference'), listener, { vpcLink: this.#vpcLink })
    return { integration, replicas }
  }
}

interface AddedPool {
  pool: PoolConfig
  service: FargateService
}

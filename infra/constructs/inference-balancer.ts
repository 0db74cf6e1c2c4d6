import { Duration } from 'aws-cdk-lib'
import { type HttpRouteIntegration, VpcLink } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpAlbIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2'
import type { FargateService } from 'aws-cdk-lib/aws-ecs'
import {
  type ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  TargetGroupLoadBalancingAlgorithmType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { readinessCheck, servicePort } from './inference-task.ts'

export interface InferenceBalancerProps {
  vpc: IVpc
  service: FargateService
}

/** Spreads requests over the replicas that are ready, reachable only through the integration it offers. */
export class InferenceBalancer extends Construct {
  readonly integration: HttpRouteIntegration

  constructor(scope: Construct, id: string, { vpc, service }: InferenceBalancerProps) {
    super(scope, id)
    const balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      vpcSubnets: { subnetGroupName: 'Private' },
      internetFacing: false,
      dropInvalidHeaderFields: true,
      // Shorter than a replica keeps a connection, or requests would be sent into connections that just closed.
      idleTimeout: Duration.seconds(60),
    })
    acknowledge(balancer, {
      rule: 'ELB2',
      reason: 'Only the HTTP API reaches it, and its access log has every request.',
    })
    const listener = balancer.addListener('Http', { port: 80, protocol: ApplicationProtocol.HTTP, open: false })
    this.#addTargets(listener, service)
    this.integration = this.#linkFrom(listener, vpc)
  }

  #addTargets(listener: ApplicationListener, service: FargateService) {
    listener.addTargets('Replicas', {
      targets: [service],
      port: servicePort,
      protocol: ApplicationProtocol.HTTP,
      // Requests differ in cost by orders of magnitude, so their number in flight says more than whose turn it is.
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      // Longer than the 30 s that the HTTP API lets a request take, shorter than the task's stop timeout.
      deregistrationDelay: Duration.seconds(40),
      healthCheck: {
        path: readinessCheck.path,
        interval: readinessCheck.interval,
        healthyThresholdCount: 2,
        unhealthyThresholdCount: readinessCheck.failuresMax,
      },
    })
  }

  #linkFrom(listener: ApplicationListener, vpc: IVpc) {
    const linkAccess = new SecurityGroup(this, 'LinkAccess', {
      vpc,
      description: 'From the HTTP API to the load balancer',
      allowAllOutbound: false,
    })
    listener.connections.allowDefaultPortFrom(linkAccess)
    const vpcLink = new VpcLink(this, 'Link', {
      vpc,
      subnets: { subnetGroupName: 'Private' },
      securityGroups: [linkAccess],
    })
    return new HttpAlbIntegration('Inference', listener, { vpcLink })
  }
}

import { RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { HttpApi, type HttpRouteIntegration, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'
import { acknowledge } from './acknowledge.ts'

export interface HttpFrontDoorProps {
  config: StageConfig
  description: string
  /** Answers every path that has no route of its own. */
  integration: HttpRouteIntegration
}

/** A public HTTPS address with a log of every request, a rate limit, and everything behind one integration. */
export class HttpFrontDoor extends Construct {
  readonly api: HttpApi
  readonly url: string

  constructor(scope: Construct, id: string, { config, description, integration }: HttpFrontDoorProps) {
    super(scope, id)
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.api = new HttpApi(this, 'Api', { description, defaultIntegration: integration, createDefaultStage: false })
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      // The address is public, and every request costs money before its token is looked at.
      throttle: { rateLimit: 1000, burstLimit: 2000 },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLogs), format: accessLogFormat },
    })
    this.url = this.api.apiEndpoint
    acknowledge(this, {
      rule: 'APIG4',
      reason: 'Tokens are verified by the application, so that a revoked key is refused at once and not after a cache.',
    })
  }
}

const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    sourceIp: '$context.identity.sourceIp',
    requestTime: '$context.requestTime',
    method: '$context.httpMethod',
    path: '$context.path',
    route: '$context.routeKey',
    status: '$context.status',
    responseBytes: '$context.responseLength',
    latencyMs: '$context.responseLatency',
    integrationLatencyMs: '$context.integrationLatency',
    integrationError: '$context.integrationErrorMessage',
  }),
)

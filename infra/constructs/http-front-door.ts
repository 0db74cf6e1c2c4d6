import { RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { HttpApi, type HttpRouteIntegration, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'
import { acknowledge } from './acknowledge.ts'

interface HttpFrontDoorProps {
  config: StageConfig
  description: string
  /** Handles every path without a route of its own. @default - 404 */
  integration?: HttpRouteIntegration
}

/** A public HTTPS address with an access log and a rate limit. It only serves the routes added to it. */
export class HttpFrontDoor extends Construct {
  readonly url: string
  readonly api: HttpApi

  constructor(scope: Construct, id: string, { config, description, integration }: HttpFrontDoorProps) {
    super(scope, id)
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.api = new HttpApi(this, 'Api', {
      description,
      createDefaultStage: false,
      ...(integration && { defaultIntegration: integration }),
    })
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      // The address is public, and every request costs money before its token is checked.
      throttle: { rateLimit: 1000, burstLimit: 2000 },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLogs), format: accessLogFormat },
    })
    this.url = this.api.apiEndpoint
    acknowledge(this, {
      rule: 'APIG4',
      reason: 'Tokens are verified by the application, so that a revoked key is refused at once and not after a cache.',
    })
  }

  /** Routes these paths to one integration. */
  route({ paths, integration }: { paths: readonly string[]; integration: HttpRouteIntegration }) {
    for (const path of paths) this.api.addRoutes({ path, integration })
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

import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Construct } from 'constructs'
import { tokenFor } from '../../shared/hf/token-for.ts'
import type { StageConfig } from '../stage-config.ts'
import { Alarms } from './alarms.ts'
import { apiAlarms } from './api-alarms.ts'
import { HttpFrontDoor } from './http-front-door.ts'
import { Maintenance } from './maintenance.ts'
import type { PlatformData } from './platform-data.ts'
import { PlatformFunction } from './platform-function.ts'
import { devicesOf } from './pool-devices.ts'
import { authPaths, hubPaths, maintenancePaths, registryPaths } from './registry-paths.ts'

interface RegistryProps {
  config: StageConfig
  data: PlatformData
}

/**
 * The registry's public address: accounts, keys and organisations go to the auth function, Hub clients to the hub
 * function, and everything else to the registry function.
 */
export class Registry extends Construct {
  readonly url: string

  constructor(scope: Construct, id: string, { config, data }: RegistryProps) {
    super(scope, id)
    const environment = config.adminKeySha256 ? { SLIPWAY_ADMIN_KEY_SHA256: config.adminKeySha256 } : {}
    const registry = new PlatformFunction(this, 'Registry', {
      config,
      data,
      folder: 'registry',
      description: 'Answers the registry API',
      sendsTo: { SLIPWAY_INGEST_QUEUE_URL: data.ingest },
      environment: { ...environment, ...devicesOf(config) },
    })
    const hub = new PlatformFunction(this, 'Hub', {
      config,
      data,
      folder: 'hub',
      description: 'Answers the Hub protocol',
      sendsTo: { SLIPWAY_INGEST_QUEUE_URL: data.ingest },
      ...mirrorOf(config, environment),
      // Reads a file of a gigabyte within a request, and network and CPU grow with the memory.
      memorySizeMiB: 1792,
    })
    const auth = new PlatformFunction(this, 'Auth', {
      config,
      data,
      folder: 'auth',
      description: 'Answers for accounts, sessions, API keys and organisations',
      environment: { ...environment, SLIPWAY_REGISTRATION: config.registration },
      memorySizeMiB: 512,
    })
    const toRegistry = new HttpLambdaIntegration('Registry', registry.lambda)
    const { lambda } = new Maintenance(this, 'Maintenance', { config, data, environment })
    const frontDoor = new HttpFrontDoor(this, 'FrontDoor', {
      config,
      description: 'Slipway registry',
      integration: toRegistry,
    })
    frontDoor.route({ paths: authPaths, integration: new HttpLambdaIntegration('Auth', auth.lambda) })
    frontDoor.route({ paths: registryPaths, integration: toRegistry })
    // One permission for all routes, because one each would nearly fill the function's policy.
    const toHub = new HttpLambdaIntegration('Hub', hub.lambda, { scopePermissionToRoute: false })
    frontDoor.route({ paths: hubPaths, integration: toHub })
    const toMaintenance = new HttpLambdaIntegration('Maintenance', lambda, { scopePermissionToRoute: false })
    frontDoor.route({ paths: maintenancePaths, integration: toMaintenance })
    const { alarmTopicArn } = config
    new Alarms(this, 'Alarms', { alarmTopicArn, about: 'Registry', alarms: apiAlarms(frontDoor) })
    this.url = frontDoor.url
  }
}

/** The settings of the mirror, with the token only where it is for that Hub. */
function mirrorOf(config: StageConfig, environment: Record<string, string>) {
  const { mirrorEndpoint, hfEndpoint, hfTokenSecret } = config
  if (mirrorEndpoint === undefined) return { environment }
  const secret = tokenFor(mirrorEndpoint, { hfEndpoint, hfToken: hfTokenSecret })
  return {
    environment: { ...environment, SLIPWAY_MIRROR_ENDPOINT: mirrorEndpoint },
    ...(secret !== undefined && { readsSecrets: { SLIPWAY_HF_TOKEN_SECRET: secret } }),
  }
}

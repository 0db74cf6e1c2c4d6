import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'
import type { PlatformData } from './platform-data.ts'
import { PlatformFunction } from './platform-function.ts'
import { devicesOf } from './pool-devices.ts'
import { workOff } from './work-off.ts'

interface IngestWorkerProps {
  config: StageConfig
  data: PlatformData
}

/** Imports models, one step per message. Outside of any VPC, so that downloads need no NAT gateway. */
export class IngestWorker extends Construct {
  constructor(scope: Construct, id: string, { config, data }: IngestWorkerProps) {
    super(scope, id)
    const worker = new PlatformFunction(this, 'Worker', {
      config,
      data,
      folder: 'ingest',
      description: 'Does one step of an import: plan, transfer, verify, publish or inspect',
      sendsTo: { SLIPWAY_INGEST_QUEUE_URL: data.ingest },
      isContinuedByItself: true,
      timeout: data.ingest.handlerTimeout,
      // A full virtual CPU, for hashing a stream.
      memorySizeMiB: 1769,
      ...(config.hfTokenSecret && { readsSecrets: { SLIPWAY_HF_TOKEN_SECRET: config.hfTokenSecret } }),
      environment: { HF_ENDPOINT: config.hfEndpoint, ...devicesOf(config) },
    })
    workOff({ worker, from: data.ingest, batchSize: 1, maxConcurrency: config.ingestConcurrencyMax })
  }
}

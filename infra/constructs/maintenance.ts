import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'
import type { PlatformData } from './platform-data.ts'
import { PlatformFunction } from './platform-function.ts'
import { workOff } from './work-off.ts'

interface MaintenanceProps {
  config: StageConfig
  data: PlatformData
  environment: Record<string, string>
}

/** Checks, collects, backs up and restores: serves its routes, and does the work message by message. */
export class Maintenance extends Construct {
  readonly lambda: PlatformFunction['lambda']

  constructor(scope: Construct, id: string, { config, data, environment }: MaintenanceProps) {
    super(scope, id)
    const worker = new PlatformFunction(this, 'Worker', {
      config,
      data,
      folder: 'maintenance',
      description: 'Checks, collects, backs up and restores the registry',
      sendsTo: { SLIPWAY_INGEST_QUEUE_URL: data.ingest, SLIPWAY_MAINTENANCE_QUEUE_URL: data.maintenance },
      isContinuedByItself: true,
      timeout: data.maintenance.handlerTimeout,
      // Keeps the hashes of all files in memory, 64 bytes each, and hashes whole blobs.
      memorySizeMiB: 3008,
      environment,
    })
    // There is one job at a time, but two is the smallest limit of a mapping.
    workOff({ worker, from: data.maintenance, batchSize: 1, maxConcurrency: 2 })
    this.lambda = worker.lambda
  }
}

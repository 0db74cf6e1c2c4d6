import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'
import type { PlatformData } from './platform-data.ts'
import { PlatformFunction } from './platform-function.ts'
import { workOff } from './work-off.ts'

interface DropWatcherProps {
  config: StageConfig
  data: PlatformData
}

/** Starts an import when a folder dropped into the bucket is complete, or unchanged for long enough. */
export class DropWatcher extends Construct {
  constructor(scope: Construct, id: string, { config, data }: DropWatcherProps) {
    super(scope, id)
    const worker = new PlatformFunction(this, 'Worker', {
      config,
      data,
      folder: 'drop',
      description: 'Starts an import when a drop is complete',
      // It schedules its next look by sending itself a delayed message.
      sendsTo: { SLIPWAY_INGEST_QUEUE_URL: data.ingest, SLIPWAY_DROP_QUEUE_URL: data.drops },
      isContinuedByItself: true,
      timeout: data.drops.handlerTimeout,
      memorySizeMiB: 512,
    })
    workOff({ worker, from: data.drops, batchSize: 10, maxConcurrency: 5 })
  }
}

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { CleanupSchedule } from '../constructs/cleanup-schedule.ts'
import { DropWatcher } from '../constructs/drop-watcher.ts'
import { IngestWorker } from '../constructs/ingest-worker.ts'
import type { PlatformData } from '../constructs/platform-data.ts'
import { Registry } from '../constructs/registry.ts'
import type { StageConfig } from '../stage-config.ts'

interface ApiStackProps extends StackProps {
  config: StageConfig
  data: PlatformData
}

/** Everything that handles requests and messages: stateless, and free while idle. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, { config, data, ...props }: ApiStackProps) {
    super(scope, id, props)
    const registry = new Registry(this, 'Registry', { config, data })
    new IngestWorker(this, 'Ingest', { config, data })
    new DropWatcher(this, 'Drops', { config, data })
    new CleanupSchedule(this, 'Cleanup', { config, data })

    new CfnOutput(this, 'RegistryUrl', { value: registry.url, description: 'HF_ENDPOINT of every client' })
  }
}

import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { Alarms } from '../constructs/alarms.ts'
import { DropNotifications } from '../constructs/drop-notifications.ts'
import { ModelBucket } from '../constructs/model-bucket.ts'
import { ModelTable } from '../constructs/model-table.ts'
import { queueAlarms } from '../constructs/queue-alarms.ts'
import { WorkQueue } from '../constructs/work-queue.ts'
import type { StageConfig } from '../stage-config.ts'

interface DataStackProps extends StackProps {
  config: StageConfig
}

/** What outlives deployments: the registry's table, the models' bucket, and the queues. */
export class DataStack extends Stack {
  readonly table: ModelTable
  readonly models: ModelBucket
  readonly ingest: WorkQueue
  readonly drops: WorkQueue
  readonly maintenance: WorkQueue

  constructor(scope: Construct, id: string, { config, ...props }: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: config.isRetained })
    this.table = new ModelTable(this, 'Table', config)
    this.models = new ModelBucket(this, 'Models', config)
    // The longest that a Lambda may run; a longer import step continues in another message.
    this.ingest = new WorkQueue(this, 'Ingest', { handlerTimeout: Duration.minutes(15) })
    this.drops = new WorkQueue(this, 'Drops', { handlerTimeout: Duration.minutes(1) })
    this.maintenance = new WorkQueue(this, 'Maintenance', { handlerTimeout: Duration.minutes(15) })
    new DropNotifications(this, 'DropNotifications', {
      bucket: this.models.bucket,
      queue: this.drops.queue,
      prefix: 'drop/',
    })
    const { alarmTopicArn } = config
    const queues = { Ingest: this.ingest, Drops: this.drops, Maintenance: this.maintenance }
    for (const [name, queue] of Object.entries(queues))
      new Alarms(this, `${name}Alarms`, { alarmTopicArn, about: `Queue ${name}`, alarms: queueAlarms(queue) })

    new CfnOutput(this, 'TableName', { value: this.table.tableName })
    new CfnOutput(this, 'BucketName', { value: this.models.bucket.bucketName })
    new CfnOutput(this, 'AccessLogBucketName', { value: this.models.accessLogs.bucketName })
    new CfnOutput(this, 'DropAddress', { value: `s3://${this.models.bucket.bucketName}/drop/` })
    new CfnOutput(this, 'IngestDeadLettersUrl', { value: this.ingest.deadLetters.queueUrl })
    new CfnOutput(this, 'DropDeadLettersUrl', { value: this.drops.deadLetters.queueUrl })
    new CfnOutput(this, 'MaintenanceDeadLettersUrl', { value: this.maintenance.deadLetters.queueUrl })
  }
}

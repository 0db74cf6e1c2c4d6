import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'
import { Alarms } from './alarms.ts'
import type { PlatformData } from './platform-data.ts'
import { PlatformFunction } from './platform-function.ts'

interface CleanupScheduleProps {
  config: StageConfig
  data: PlatformData
}

/** Resumes imports whose message was lost, every few minutes. */
export class CleanupSchedule extends Construct {
  constructor(scope: Construct, id: string, { config, data }: CleanupScheduleProps) {
    super(scope, id)
    const sweep = new PlatformFunction(this, 'Sweep', {
      config,
      data,
      folder: 'cleanup',
      description: 'Resumes imports whose message was lost',
      sendsTo: { SLIPWAY_INGEST_QUEUE_URL: data.ingest },
      timeout: Duration.minutes(2),
      memorySizeMiB: 512,
    })
    // A failed sweep is not retried, because the next one does the same work five minutes later.
    const target = new LambdaFunction(sweep.lambda, { retryAttempts: 0 })
    new Rule(this, 'Schedule', { schedule: Schedule.rate(Duration.minutes(5)), targets: [target] })
    const { alarmTopicArn } = config
    const alarms = { Fails: failures(sweep.lambda) }
    new Alarms(this, 'Alarms', { alarmTopicArn, about: 'Cleanup', alarms })
  }
}

/** Nobody waits for a sweep, so that nothing else tells that it fails. */
const failures = (sweep: PlatformFunction['lambda']) => ({
  alarmDescription: 'imports whose message was lost are not resumed. Read why in the log of the function that sweeps.',
  metric: sweep.metricErrors({ period: Duration.minutes(15), statistic: Stats.SUM }),
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  // Of three sweeps in that time, one may meet a fault that passes.
  threshold: 1,
  evaluationPeriods: 2,
})

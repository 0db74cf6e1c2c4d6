import { Alarm, type AlarmProps, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'

export type AlarmsProps = Pick<StageConfig, 'alarmTopicArn'> & {
  /** What they are about, which their descriptions begin with. */
  about: string
  /** By name, each with what is wrong and the first step to take. Nothing to measure is nothing wrong, unless it says so. */
  alarms: Record<string, Omit<AlarmProps, 'alarmDescription'> & { alarmDescription: string }>
}

/** What somebody should look at; the stage's topic is told, where it has one. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { alarmTopicArn, about, alarms }: AlarmsProps) {
    super(scope, id)
    const topic = alarmTopicArn && Topic.fromTopicArn(this, 'Told', alarmTopicArn)
    for (const [name, { alarmDescription, ...alarm }] of Object.entries(alarms)) {
      const made = new Alarm(this, name, {
        treatMissingData: TreatMissingData.NOT_BREACHING,
        ...alarm,
        alarmDescription: `${about}: ${alarmDescription}`,
      })
      if (topic) made.addAlarmAction(new SnsAction(topic))
    }
  }
}

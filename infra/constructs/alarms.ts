import { Alarm, type AlarmProps, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'

export type AlarmsProps = Pick<StageConfig, 'alarmTopicArn'> & {
  /** The subject, with which each description begins. */
  about: string
  /**
   * By name, each with the problem and the first step to take. Missing data counts as fine, unless stated otherwise.
   */
  alarms: Record<string, Omit<AlarmProps, 'alarmDescription'> & { alarmDescription: string }>
}

/** Alarms that somebody should look at; they notify the stage's topic, if it has one. */
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

import type { Template } from 'aws-cdk-lib/assertions'
import { expect } from 'vitest'

/** The alarms of a stack for people, which have a description, unlike those of auto scaling. */
export function teamAlarms(template: Template): { about: string; told: string }[] {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties)
  return alarms
    .filter(({ AlarmDescription }) => AlarmDescription !== undefined)
    .map(({ AlarmDescription, AlarmActions = [], TreatMissingData }) => {
      expect(AlarmDescription).toMatch(/^[\w -]+: .{10,}\. .{20,}\.$/)
      expect(TreatMissingData).toMatch(/^(?:breaching|notBreaching)$/)
      return { about: AlarmDescription.split(':')[0], told: JSON.stringify(AlarmActions) }
    })
}

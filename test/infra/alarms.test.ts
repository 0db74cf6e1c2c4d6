import { describe, expect, it } from 'vitest'
import { templates } from './synthesised-app.ts'
import { teamAlarms } from './team-alarms.ts'

const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:alarms'

describe('the alarms of a stage', () => {
  const { data, api } = templates({ settings: { alarmTopicArn } })

  it('tell the team about failed and waiting work in each queue', () => {
    const ofQueues = ['Ingest', 'Ingest', 'Drops', 'Drops', 'Maintenance', 'Maintenance'].map((name) => `Queue ${name}`)
    expect(teamAlarms(data).map(({ about }) => about)).toEqual(ofQueues)
    for (const { told } of teamAlarms(data)) expect(told).toBe(`["${alarmTopicArn}"]`)
    expect(Object.keys(data.findResources('AWS::SQS::Queue'))).toHaveLength(ofQueues.length)
  })

  it('tell the team about a failing or slow registry, and a failing sweep, which has no callers to notice', () => {
    const told = `["${alarmTopicArn}"]`
    expect(teamAlarms(api)).toEqual(['Registry', 'Registry', 'Cleanup'].map((about) => ({ about, told })))
    const [[sweep = ''] = []] = Object.entries(api.findResources('AWS::Lambda::Function')).filter(([id]) =>
      /^CleanupSweep/.test(id),
    )
    const dimension = { Name: 'FunctionName', Value: { Ref: sweep } }
    api.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Errors',
      Namespace: 'AWS/Lambda',
      Dimensions: [dimension],
    })
  })

  it('notify no one if the stage has no topic, but are visible in the console', () => {
    const { gpu } = templates()
    const told = teamAlarms(gpu).map((alarm) => alarm.told)
    expect(told).toEqual(Array(5).fill('[]'))
  })
})

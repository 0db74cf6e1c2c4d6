import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { createTableInput } from '../../shared/table/create-table.ts'
import { tableDefinition } from '../../shared/table/definition.ts'
import { templates } from './synthesised-app.ts'

const { data } = templates()
const { data: prodData } = templates({ settings: { stage: 'prod' } })

describe('the table', () => {
  it('has the same keys and indexes as the local one', () => {
    const local = createTableInput('any')
    const [table] = Object.values(data.findResources('AWS::DynamoDB::GlobalTable'))
    const aws = table?.Properties
    expect(aws.KeySchema).toEqual(local.KeySchema)
    expect(aws.BillingMode).toBe(local.BillingMode)
    expect(byName(aws.AttributeDefinitions)).toEqual(byName(local.AttributeDefinitions))
    expect(aws.GlobalSecondaryIndexes).toEqual(local.GlobalSecondaryIndexes)
    expect(aws.TimeToLiveSpecification).toEqual({ AttributeName: tableDefinition.timeToLiveAttribute, Enabled: true })
  })

  it('can be restored to any second, and cannot be deleted in production', () => {
    const replica = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }
    data.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [Match.objectLike({ ...replica, DeletionProtectionEnabled: false })],
    })
    prodData.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      Properties: { Replicas: [Match.objectLike({ ...replica, DeletionProtectionEnabled: true })] },
    })
  })
})

describe('the bucket', () => {
  it('is private, encrypted, and deletes what no import will finish', () => {
    data.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
      LoggingConfiguration: Match.anyValue(),
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' }),
          Match.objectLike({ Prefix: 'staging/', ExpirationInDays: 7, Status: 'Enabled' }),
        ]),
      },
    })
  })

  it('can be read and uploaded to from web pages of any origin, with a signature', () => {
    const [models] = Object.values(data.findResources('AWS::S3::Bucket')).filter((b) => b.Properties.CorsConfiguration)
    const [rule, ...others] = models?.Properties.CorsConfiguration.CorsRules ?? []
    expect(others).toEqual([])
    expect(rule).toMatchObject({ AllowedOrigins: ['*'], AllowedMethods: ['GET', 'HEAD', 'PUT'] })
    expect(rule.ExposedHeaders).toEqual(expect.arrayContaining(['Content-Range', 'Content-Length', 'ETag']))
  })

  it('refuses requests without TLS', () => {
    const policies = Object.values(data.findResources('AWS::S3::BucketPolicy'))
    expect(policies).toHaveLength(Object.keys(data.findResources('AWS::S3::Bucket')).length)
    for (const policy of policies) {
      expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      )
    }
  })

  it('notifies the drop queue about drops only, once the queue allows it', () => {
    const buckets = Object.values(data.findResources('AWS::S3::Bucket'))
    const [models] = buckets.filter((bucket) => bucket.Properties.NotificationConfiguration)
    const [notification, ...others] = models?.Properties.NotificationConfiguration.QueueConfigurations ?? []
    expect(others).toEqual([])
    expect(notification).toMatchObject({
      Event: 's3:ObjectCreated:*',
      Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'drop/' }] } },
    })
    const policies = Object.keys(data.findResources('AWS::SQS::QueuePolicy'))
    expect(policies.some((policy) => models?.DependsOn.includes(policy))).toBe(true)
    data.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(['sqs:SendMessage']),
            Principal: { Service: 's3.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
          }),
        ]),
      },
      Queues: [notification.Queue && { Ref: notification.Queue['Fn::GetAtt'][0] }],
    })
  })

  it('keeps deleted versions only in production', () => {
    prodData.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: { VersioningConfiguration: { Status: 'Enabled' } },
    })
    data.resourcePropertiesCountIs('AWS::S3::Bucket', { VersioningConfiguration: Match.anyValue() }, 0)
  })

  it('keeps staged files for at most a day after their deletion', () => {
    prodData.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 14 }, Prefix: Match.absent() }),
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Prefix: 'staging/' }),
        ]),
      },
    })
  })
})

describe('the queues', () => {
  it('move a message to the dead letters after five tries, which are kept longer than the queue', () => {
    const queues = data.findResources('AWS::SQS::Queue')
    const deadLetters = new Set<string>()
    for (const { Properties } of Object.values(queues)) {
      const redrive = Properties.RedrivePolicy
      if (!redrive) continue
      expect(redrive.maxReceiveCount).toBeGreaterThanOrEqual(5)
      const target = redrive.deadLetterTargetArn['Fn::GetAtt'][0]
      expect(queues[target]?.Properties.MessageRetentionPeriod).toBeGreaterThan(Properties.MessageRetentionPeriod)
      deadLetters.add(target)
    }
    const withoutRedrive = Object.keys(queues).filter((id) => !queues[id]?.Properties.RedrivePolicy)
    expect(withoutRedrive.toSorted()).toEqual([...deadLetters].toSorted())
  })
})

function byName<Attribute extends { AttributeName: string }>(attributes: Attribute[]) {
  return attributes.toSorted((a, b) => a.AttributeName.localeCompare(b.AttributeName))
}

import { Stack } from 'aws-cdk-lib'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type Bucket, CfnBucket, EventType } from 'aws-cdk-lib/aws-s3'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { ObjectPrefix } from './object-prefix.ts'

interface DropNotificationsProps {
  bucket: Bucket
  queue: Queue
  /** Only objects under this prefix are reported. */
  prefix: ObjectPrefix
}

/**
 * Notifies a queue of each object dropped into the bucket. Written on the bucket itself, because the L2 construct
 * brings a Python function with rights on every bucket of the account.
 */
export class DropNotifications extends Construct {
  constructor(scope: Construct, id: string, { bucket, queue, prefix }: DropNotificationsProps) {
    super(scope, id)
    // By account rather than by bucket, because the bucket depends on this policy.
    queue.grantSendMessages(
      new ServicePrincipal('s3.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    const resource = bucket.node.defaultChild
    if (!CfnBucket.isCfnBucket(resource)) throw new Error('the bucket has no resource to put notifications on')
    resource.notificationConfiguration = {
      queueConfigurations: [
        {
          event: EventType.OBJECT_CREATED,
          queue: queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: prefix }] } },
        },
      ],
    }
    // S3 sends a test message when the notification is created, and fails if the queue refuses it.
    const policy = queue.node.findChild('Policy')
    resource.node.addDependency(policy)
  }
}

import { Stack } from 'aws-cdk-lib'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type Bucket, CfnBucket, EventType } from 'aws-cdk-lib/aws-s3'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { ObjectPrefix } from './object-prefix.ts'

interface DropNotificationsProps {
  bucket: Bucket
  queue: Queue
  /** Only objects under this prefix are told about. */
  prefix: ObjectPrefix
}

/**
 * Tells a queue about each object that people drop into the bucket. Written on the bucket itself, because the L2
 * notification brings a Python function with rights on every bucket of the account.
 */
export class DropNotifications extends Construct {
  constructor(scope: Construct, id: string, { bucket, queue, prefix }: DropNotificationsProps) {
    super(scope, id)
    // By account and not by bucket: the bucket waits for this policy, so the policy cannot name the bucket.
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
    // S3 sends a test message while the notification is made, and refuses it when the queue does not let it in.
    const policy = queue.node.findChild('Policy')
    resource.node.addDependency(policy)
  }
}

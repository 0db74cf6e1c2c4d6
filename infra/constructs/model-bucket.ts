import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { type IManagedPolicy, type IRole, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type CorsRule,
  HttpMethods,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { type ObjectAccess, type ObjectUser, objectAccess } from '../../shared/objects/access.ts'
import { acknowledge } from './acknowledge.ts'
import type { ObjectPrefix } from './object-prefix.ts'

interface ModelBucketProps {
  /** Whether the bucket outlives its stack and keeps deleted objects for a while. */
  isRetained: boolean
}

/** The bucket of the model files, with an access log. */
export class ModelBucket extends Construct {
  readonly bucket: Bucket
  readonly accessLogs: Bucket
  readonly #policies: Record<ObjectUser, IManagedPolicy>

  constructor(scope: Construct, id: string, { isRetained }: ModelBucketProps) {
    super(scope, id)
    const common = {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: isRetained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }
    this.accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      lifecycleRules: [{ id: 'ExpireLogs', expiration: Duration.days(90) }],
    })
    this.bucket = new Bucket(this, 'Bucket', {
      ...common,
      versioned: isRetained,
      cors: transfers,
      lifecycleRules: isRetained ? [...cleaning, ...forgetting] : cleaning,
      // The library's class lacks the `| undefined` of its own interface.
      serverAccessLogsBucket: this.accessLogs as IBucket,
    })
    // Existing policies keep their names, because updating this stack first must not revoke a running import's rights.
    this.#policies = {
      hub: this.#policy('UploadTakers', objectAccess.hub),
      ingest: this.#policy('Writers', objectAccess.ingest),
      drop: this.#policy('DropWatchers', objectAccess.drop),
      maintenance: this.#policy('Keepers', objectAccess.maintenance),
      inference: this.#policy('Readers', objectAccess.inference),
    }
  }

  /** Grants access to the objects that the user's access names, and no others. */
  grant(role: IRole, user: ObjectUser) {
    role.addManagedPolicy(this.#policies[user])
  }

  /** Defined beside the bucket, so that its wildcards are acknowledged once for all pools. */
  #policy(id: string, { reads = [], writes = [], deletes = [], seesUploads = false }: ObjectAccess): IManagedPolicy {
    const ofBucket = new PolicyStatement({
      // Without the right to list, S3 answers 403 instead of 404 for a missing object.
      actions: ['s3:ListBucket', ...(seesUploads ? ['s3:ListBucketMultipartUploads'] : [])],
      resources: [this.bucket.bucketArn],
    })
    const ofObjects = [
      { actions: ['s3:GetObject'], folders: reads },
      { actions: ['s3:PutObject', 's3:AbortMultipartUpload'], folders: writes },
      { actions: ['s3:DeleteObject'], folders: deletes },
    ].filter(({ folders }) => folders.length > 0)
    const statements = ofObjects.map(({ actions, folders }) => {
      const resources = folders.map((folder) => this.bucket.arnForObjects(`${folder}/*`))
      return new PolicyStatement({ actions, resources })
    })
    const policy = new ManagedPolicy(this, id, { statements: [...statements, ofBucket] })
    for (const folder of new Set(ofObjects.flatMap(({ folders }) => folders)))
      acknowledge(policy, {
        rule: `IAM5[Resource::<${Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket)}.Arn>/${folder}/*]`,
        reason: 'A blob is named by its content, so its key is not known in advance.',
      })
    return policy
  }
}

// Any web page may download or upload here through the Hub protocol; access depends on the signature in the address.
const transfers: CorsRule[] = [
  {
    allowedOrigins: ['*'],
    allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
    allowedHeaders: ['*'],
    exposedHeaders: ['Accept-Ranges', 'Content-Length', 'Content-Range', 'ETag'],
    maxAge: 86_400,
  },
]

const cleaning: LifecycleRule[] = [
  // Longer than the longest import, so that an upload in progress keeps its parts.
  { id: 'AbortUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
  { id: 'ExpireStaging', prefix: 'staging/' satisfies ObjectPrefix, expiration: Duration.days(7) },
]

// Old versions only protect against accidental deletion, so they go after two weeks.
const forgetting: LifecycleRule[] = [
  { id: 'ForgetDeleted', noncurrentVersionExpiration: Duration.days(14), expiredObjectDeleteMarker: true },
  // Imports delete what they staged, and nobody needs it back; of two rules S3 follows the shorter.
  { id: 'ForgetStaging', prefix: 'staging/' satisfies ObjectPrefix, noncurrentVersionExpiration: Duration.days(1) },
]

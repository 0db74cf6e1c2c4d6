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
import { acknowledge } from './acknowledge.ts'
import type { ObjectPrefix } from './object-prefix.ts'

export interface ModelBucketProps {
  /** Whether the bucket outlives its stack and keeps what is deleted from it for a while. */
  isRetained: boolean
}

/**
 * `takeUploads` is for who sends files to people and takes theirs; drops and manifests are not its business.
 * `watchDrops` is for who sees when a drop is complete, so also what is still being uploaded.
 */
export type BucketAccess = 'takeUploads' | 'watchDrops' | 'read' | 'readWrite'

/** Where the files of the models are, with a log of who asked for them. */
export class ModelBucket extends Construct {
  readonly bucket: Bucket
  readonly #policies: Record<BucketAccess, IManagedPolicy>

  constructor(scope: Construct, id: string, { isRetained }: ModelBucketProps) {
    super(scope, id)
    const common = {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: isRetained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      lifecycleRules: [{ id: 'ExpireLogs', expiration: Duration.days(90) }],
    })
    this.bucket = new Bucket(this, 'Bucket', {
      ...common,
      versioned: isRetained,
      cors: transfers,
      lifecycleRules: isRetained ? [...cleaning, ...forgetting] : cleaning,
      // The library's class leaves out `| undefined` where its own interface has it.
      serverAccessLogsBucket: accessLogs as IBucket,
    })
    // Without the right to list, S3 answers 403 instead of 404 for an object that is absent.
    const list = new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] })
    const listWithUploads = new PolicyStatement({
      actions: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: [this.bucket.bucketArn],
    })
    this.#policies = {
      takeUploads: this.#policy('UploadTakers', {
        actions: [...readObject, ...writeObject],
        prefixes: ['blobs/', 'staging/'],
        list,
      }),
      watchDrops: this.#policy('DropWatchers', { actions: readObject, prefixes: ['drop/'], list: listWithUploads }),
      read: this.#policy('Readers', { actions: readObject, list }),
      readWrite: this.#policy('Writers', { actions: [...readObject, ...writeObject], list: listWithUploads }),
    }
  }

  /** Lets someone read and write the files of the models, read every object of the bucket, or read and write them. */
  grant(role: IRole, access: BucketAccess) {
    role.addManagedPolicy(this.#policies[access])
  }

  /** One policy for all who have the same right, kept beside the bucket, so that its wildcard is excused once. */
  #policy(id: string, { actions, prefixes, list }: PolicyProps): IManagedPolicy {
    const patterns = prefixes?.map((prefix) => `${prefix}*`) ?? ['*']
    const resources = patterns.map((pattern) => this.bucket.arnForObjects(pattern))
    const objects = new PolicyStatement({ actions, resources })
    const policy = new ManagedPolicy(this, id, { statements: [objects, list] })
    for (const pattern of patterns)
      acknowledge(policy, {
        rule: `IAM5[Resource::<${Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket)}.Arn>/${pattern}]`,
        reason: 'A blob is named by its content, so no list of keys exists before the models do.',
      })
    return policy
  }
}

interface PolicyProps {
  /** On objects. */
  actions: string[]
  /** @default - every object */
  prefixes?: ObjectPrefix[]
  list: PolicyStatement
}

const readObject = ['s3:GetObject']
const writeObject = ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts']

// A page that the Hub protocol sends here, to download or with the parts of an upload, is of any origin; what opens the
// object is the signature in the address.
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
  // Longer than the longest import: an upload that is still being continued must not lose its parts.
  { id: 'AbortUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
  { id: 'ExpireStaging', prefix: 'staging/' satisfies ObjectPrefix, expiration: Duration.days(7) },
]

// Versions are a safety net against a wrong delete and nothing else, so they go after two weeks.
const forgetting: LifecycleRule[] = [
  { id: 'ForgetDeleted', noncurrentVersionExpiration: Duration.days(14), expiredObjectDeleteMarker: true },
  // Every import deletes what it staged, and nobody wants that back: where two rules differ, S3 goes by the shorter.
  { id: 'ForgetStaging', prefix: 'staging/' satisfies ObjectPrefix, noncurrentVersionExpiration: Duration.days(1) },
]

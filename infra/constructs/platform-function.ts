import { join } from 'node:path'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda'
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage-config.ts'
import type { BucketAccess } from './model-bucket.ts'
import type { PlatformData } from './platform-data.ts'
import { repositoryRoot } from './repository-root.ts'

export interface PlatformFunctionProps {
  config: StageConfig
  data: PlatformData
  /** The folder under `functions/` whose `lambda.ts` is bundled. */
  folder: string
  description: string
  /** What it may do beside reading and writing the table. */
  rights: { models: BucketAccess | 'none'; ingest: 'send' | 'none' }
  /** @default 30 seconds, the longest that the HTTP API waits */
  timeout?: Duration
  /** @default 1024 */
  memorySizeMiB?: number
  /** Settings that name no resource. @default - none */
  environment?: Record<string, string>
}

/** One Lambda of the platform. Each bind gives the right to a resource and the variable that names it, together. */
export class PlatformFunction extends Construct {
  readonly lambda: NodejsFunction
  readonly #role: Role

  constructor(scope: Construct, id: string, props: PlatformFunctionProps) {
    super(scope, id)
    const { config, data, rights } = props
    const removalPolicy = RemovalPolicy.DESTROY
    const logGroup = new LogGroup(this, 'Logs', { retention: config.logRetention, removalPolicy })
    // A role of its own, because AWSLambdaBasicExecutionRole may write to every log group of the account.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(this.#role)
    this.lambda = new NodejsFunction(this, 'Function', {
      entry: join(repositoryRoot, 'functions', props.folder, 'lambda.ts'),
      projectRoot: repositoryRoot,
      depsLockFilePath: join(repositoryRoot, 'package-lock.json'),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: props.memorySizeMiB ?? 1024,
      role: this.#role,
      logGroup,
      environment: {
        SLIPWAY_LOG_LEVEL: config.logLevel,
        NODE_OPTIONS: '--enable-source-maps',
        ...props.environment,
      },
      bundling,
    })
    this.#bindTable(data)
    this.#bindModels(data, rights.models)
    this.bindQueue({ queue: data.ingest.queue, variable: 'SLIPWAY_INGEST_QUEUE_URL', right: rights.ingest })
  }

  #bindTable({ table }: PlatformData) {
    table.grantReadWrite(this.#role)
    this.lambda.addEnvironment('SLIPWAY_TABLE', table.tableName)
  }

  #bindModels({ models }: PlatformData, right: BucketAccess | 'none') {
    if (right !== 'none') models.grant(this.#role, right)
    this.lambda.addEnvironment('SLIPWAY_BUCKET', models.bucket.bucketName)
  }

  bindQueue({ queue, variable, right }: { queue: Queue; variable: string; right: 'send' | 'none' }) {
    if (right === 'send') queue.grantSendMessages(this.#role)
    this.lambda.addEnvironment(variable, queue.queueUrl)
  }
}

const bundling: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  // The copy of the SDK in the runtime is another version, and an emulator has none.
  bundleAwsSDK: true,
  // CommonJS packages call require for Node's own modules, also from inside an ES module.
  banner: "import{createRequire as requireFor}from'node:module';const require=requireFor(import.meta.url);",
}

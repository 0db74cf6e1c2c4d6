import { join } from 'node:path'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  ParamsAndSecretsLayerVersion,
  ParamsAndSecretsVersions,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda'
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { isObjectUser, type ObjectUser } from '../../shared/objects/access.ts'
import { tableAccess } from '../../shared/table/access.ts'
import type { StageConfig } from '../stage-config.ts'
import type { PlatformData } from './platform-data.ts'
import { repositoryRoot } from './repository-root.ts'
import type { WorkQueue } from './work-queue.ts'

interface PlatformFunctionProps {
  config: StageConfig
  data: PlatformData
  /**
   * The folder under `functions/` with the `lambda.ts` to bundle; it also selects the function's access to the table
   * and objects.
   */
  folder: 'registry' | 'hub' | 'auth' | 'ingest' | 'drop' | 'cleanup' | 'maintenance'
  description: string
  /** The queues it sends to, by environment variable. @default - none */
  sendsTo?: Record<string, WorkQueue>
  /**
   * Whether it continues its work by messages to its own queue. By default Lambda detects that as a recursive loop and
   * stops it after about 16 invocations. @default false
   */
  isContinuedByItself?: boolean
  /** The secrets it reads, by environment variable. @default - none */
  readsSecrets?: Record<string, string>
  /** @default 30 seconds, the HTTP API's limit */
  timeout?: Duration
  /** @default 1024 */
  memorySizeMiB?: number
  /** Settings that name no resource. @default - none */
  environment?: Record<string, string>
}

/** A Lambda of the platform. It learns the name of a resource only together with the right to use it. */
export class PlatformFunction extends Construct {
  readonly lambda: NodejsFunction
  readonly #role: Role

  constructor(scope: Construct, id: string, props: PlatformFunctionProps) {
    super(scope, id)
    const { config, data, folder, sendsTo = {}, readsSecrets = {} } = props
    const removalPolicy = RemovalPolicy.DESTROY
    const logGroup = new LogGroup(this, 'Logs', { retention: config.logRetention, removalPolicy })
    // A role of its own, because AWSLambdaBasicExecutionRole may write to every log group of the account.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(this.#role)
    this.lambda = new NodejsFunction(this, 'Function', {
      entry: join(repositoryRoot, 'functions', folder, 'lambda.ts'),
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
        SLIPWAY_EMF_NAMESPACE: config.metricNamespace,
        NODE_OPTIONS: '--enable-source-maps',
        ...config.quotas,
        ...props.environment,
      },
      ...(props.isContinuedByItself && { recursiveLoop: RecursiveLoop.ALLOW }),
      ...(props.readsSecrets && { paramsAndSecrets: secretsExtension }),
      bundling,
    })
    data.table.grant(this.#role, tableAccess[folder])
    this.lambda.addEnvironment('SLIPWAY_TABLE', data.table.tableName)
    if (isObjectUser(folder)) this.#bindModels(data, folder)
    for (const [variable, { queue }] of Object.entries(sendsTo)) {
      queue.grantSendMessages(this.#role)
      this.lambda.addEnvironment(variable, queue.queueUrl)
    }
    for (const [variable, name] of Object.entries(readsSecrets)) {
      Secret.fromSecretNameV2(this, variable, name).grantRead(this.#role)
      this.lambda.addEnvironment(variable, name)
    }
  }

  #bindModels({ models }: PlatformData, user: ObjectUser) {
    models.grant(this.#role, user)
    this.lambda.addEnvironment('SLIPWAY_BUCKET', models.bucket.bucketName)
  }
}

/** Reads secrets over HTTP, so that no Secrets Manager client is bundled. */
const secretsExtension = ParamsAndSecretsLayerVersion.fromVersion(ParamsAndSecretsVersions.V1_0_103)

const bundling: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  // The runtime's own SDK is another version, and an emulator has none.
  bundleAwsSDK: true,
  esbuildArgs: {
    '--alias': [
      'zod=./infra/zod-in-english.mjs',
      'zod-in-all-languages=./node_modules/zod/v4/classic/external.js',
      '@aws-sdk/credential-provider-node=./infra/lambda-credentials.mjs',
      '@opentelemetry/api=./infra/no-spans.mjs',
    ],
  },
  // CommonJS packages call require for Node's own modules, even inside an ES module.
  banner: "import{createRequire as requireFor}from'node:module';const require=requireFor(import.meta.url);",
}

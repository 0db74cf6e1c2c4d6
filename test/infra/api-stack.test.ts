import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { authPaths, hubPaths, maintenancePaths, registryPaths } from '../../infra/constructs/registry-paths.ts'
import { templates } from './synthesised-app.ts'

const adminKeySha256 = 'a'.repeat(64)
const { api, data, gpu } = templates({ settings: { adminKeySha256, hfEndpoint: 'https://hub.example' } })
const functions = Object.entries(api.findResources('AWS::Lambda::Function'))

describe('the functions', () => {
  it('run on ARM with Node 24, and their logs expire', () => {
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
      expect(Properties.LoggingConfig.LogGroup).toBeDefined()
    }
    api.resourcePropertiesCountIs('AWS::Logs::LogGroup', { RetentionInDays: Match.absent() }, 0)
  })

  it('know only the resources that they use', () => {
    const told = functions.map(([id, { Properties }]) => {
      const names = Object.keys(Properties.Environment.Variables)
      return [logicalName(id), names.filter((name) => /_(TABLE|BUCKET|URL)$/.test(name)).toSorted()]
    })
    expect(Object.fromEntries(told)).toEqual({
      Registry: ['SLIPWAY_INGEST_QUEUE_URL', 'SLIPWAY_TABLE'],
      RegistryHub: ['SLIPWAY_BUCKET', 'SLIPWAY_INGEST_QUEUE_URL', 'SLIPWAY_TABLE'],
      RegistryAuth: ['SLIPWAY_TABLE'],
      RegistryMaintenanceWorker: [
        'SLIPWAY_BUCKET',
        'SLIPWAY_INGEST_QUEUE_URL',
        'SLIPWAY_MAINTENANCE_QUEUE_URL',
        'SLIPWAY_TABLE',
      ],
      IngestWorker: ['SLIPWAY_BUCKET', 'SLIPWAY_INGEST_QUEUE_URL', 'SLIPWAY_TABLE'],
      DropsWorker: ['SLIPWAY_BUCKET', 'SLIPWAY_DROP_QUEUE_URL', 'SLIPWAY_INGEST_QUEUE_URL', 'SLIPWAY_TABLE'],
      CleanupSweep: ['SLIPWAY_INGEST_QUEUE_URL', 'SLIPWAY_TABLE'],
    })
  })

  it('know the hash of the admin key only if they verify tokens, and the Hub only if they import', () => {
    expect(idsWith({ SLIPWAY_ADMIN_KEY_SHA256: adminKeySha256 })).toEqual([
      'Registry',
      'RegistryAuth',
      'RegistryHub',
      'RegistryMaintenanceWorker',
    ])
    expect(idsWith({ HF_ENDPOINT: 'https://hub.example' })).toEqual(['IngestWorker'])
  })

  it('know the mirrored Hub if they read it, and its token if models are imported from it, too', () => {
    const told = (settings: Record<string, string>) => {
      const found = Object.entries(templates({ settings }).api.findResources('AWS::Lambda::Function'))
      const [, hub] = found.find(([id]) => logicalName(id) === 'RegistryHub') ?? []
      const { SLIPWAY_MIRROR_ENDPOINT, SLIPWAY_HF_TOKEN_SECRET } = hub?.Properties.Environment.Variables ?? {}
      return [SLIPWAY_MIRROR_ENDPOINT, SLIPWAY_HF_TOKEN_SECRET]
    }
    const hfTokenSecret = 'team/hf'
    expect(told({ hfTokenSecret })).toEqual([undefined, undefined])
    expect(told({ hfTokenSecret, mirrorEndpoint: 'https://huggingface.co/' })).toEqual([
      'https://huggingface.co/',
      hfTokenSecret,
    ])
    expect(told({ hfTokenSecret, mirrorEndpoint: 'https://other.test' })).toEqual(['https://other.test', undefined])
  })

  it('write metrics to the namespace of the stage', () => {
    for (const [, { Properties }] of functions)
      expect(Properties.Environment.Variables.SLIPWAY_EMF_NAMESPACE).toBe('Slipway/dev')
  })

  it('run outside of any network, so that downloads need no NAT gateway', () => {
    for (const [, { Properties }] of functions) expect(Properties.VpcConfig).toBeUndefined()
  })
})

describe('the permissions of the functions', () => {
  it('never include everything, and include a table scan only for maintenance', () => {
    const actions = [api, data].flatMap(actionsAllowed)
    expect(actions).not.toContain('*')
    expect(actions.filter((action) => action.endsWith(':*'))).toEqual([])
    const policies = Object.entries(api.findResources('AWS::IAM::Policy'))
    const scanning = policies.filter(([, policy]) => JSON.stringify(policy).includes('dynamodb:Scan'))
    expect(scanning.map(([id]) => id)).toEqual([expect.stringMatching(/^RegistryMaintenanceWorker/)])
    expect(actionsAllowed(gpu).concat(actionsAllowed(data))).not.toContain('dynamodb:Scan')
    expect(actions).toContain('dynamodb:Query')
  })

  it('include user keys only for auth and maintenance, and only the named partitions', () => {
    const writers = [api, gpu].flatMap((template) => {
      const policies = Object.entries(template.findResources('AWS::IAM::Policy'))
      return policies.flatMap(([id, { Properties }]) => {
        const statements: Statement[] = Properties.PolicyDocument.Statement
        const ofTable = statements.filter(({ Action }) => [Action].flat().some((name) => name.startsWith('dynamodb:')))
        return ofTable.flatMap(({ Action, Condition }) => {
          // A scan reads the whole table, so it has no partition condition.
          if (Action === 'dynamodb:Scan') return []
          const partitions = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? []
          expect([partitions].flat(), id).not.toEqual([])
          for (const partition of [partitions].flat()) expect(partition).toMatch(/^[A-Z_]+(#\*)?$/)
          const writes = [Action].flat().includes('dynamodb:PutItem')
          return writes && [partitions].flat().some((partition) => /^(KEY|USER)#/.test(partition)) ? [id] : []
        })
      })
    })
    expect(writers.map((id) => id.replace(/RoleDefaultPolicy[0-9A-F]{8}$/, ''))).toEqual([
      'RegistryAuth',
      'RegistryMaintenanceWorker',
    ])
  })
})

describe('the token for the Hub', () => {
  const { api: withToken } = templates({ settings: { hfTokenSecret: 'team/hf-token' } })

  it('is read from a secret only by the function that imports from the Hub', () => {
    const told = Object.entries(withToken.findResources('AWS::Lambda::Function')).filter(
      ([, { Properties }]) => Properties.Environment.Variables.SLIPWAY_HF_TOKEN_SECRET === 'team/hf-token',
    )
    expect(told.map(([id]) => logicalName(id))).toEqual(['IngestWorker'])
    expect(told[0]?.[1].Properties.Layers).toEqual([
      expect.stringMatching(/AWS-Parameters-and-Secrets-Lambda-Extension/),
    ])
    const policies = Object.entries(withToken.findResources('AWS::IAM::Policy'))
    const readers = policies.filter(([, policy]) => JSON.stringify(policy).includes('secretsmanager:GetSecretValue'))
    expect(readers.map(([id]) => id)).toEqual([expect.stringMatching(/^IngestWorker/)])
    expect(JSON.stringify(readers)).toContain(':secret:team/hf-token-??????')
  })

  it('needs no permission if the stage names no secret', () => {
    expect(JSON.stringify(api.toJSON())).not.toMatch(/secretsmanager|SLIPWAY_HF_TOKEN_SECRET/)
  })
})

describe('the queues', () => {
  it('feed functions that return only failed messages', () => {
    const mappings = Object.values(api.findResources('AWS::Lambda::EventSourceMapping'))
    expect(mappings.length).toBe(3)
    for (const { Properties } of mappings) {
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
      expect(Properties.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2)
    }
  })

  it('may be sent messages by the function that they feed, which Lambda would stop after 16 in a row, and by no other', () => {
    const queueOf = (given: unknown) =>
      /OutputName":"PublishOutput(?:Ref|FnGetAtt)(\w+Queue[0-9A-F]{8})/.exec(JSON.stringify(given))?.[1]
    const mappings = Object.values(api.findResources('AWS::Lambda::EventSourceMapping')).map(
      ({ Properties }) => Properties,
    )
    for (const [id, { Properties }] of functions) {
      const fed = mappings
        .filter(({ FunctionName }) => FunctionName.Ref === id)
        .map((each) => queueOf(each.EventSourceArn))
      const sent = Object.values(Properties.Environment.Variables).map(queueOf)
      const isFedByItself = fed.some((queue) => queue !== undefined && sent.includes(queue))
      expect([id, Properties.RecursiveLoop]).toEqual([id, isFedByItself ? 'Allow' : undefined])
    }
    expect(functions.filter(([, { Properties }]) => Properties.RecursiveLoop === 'Allow')).toHaveLength(3)
  })

  it('hide a message for six times the timeout of its function', () => {
    const visibilities = Object.values(data.findResources('AWS::SQS::Queue')).map((q) => q.Properties.VisibilityTimeout)
    for (const { Properties } of Object.values(api.findResources('AWS::Lambda::EventSourceMapping'))) {
      const worker = functions.find(([id]) => id === Properties.FunctionName.Ref)
      expect(visibilities).toContain(6 * worker?.[1].Properties.Timeout)
    }
  })

  it('deliver import steps one at a time', () => {
    api.hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 1 })
    api.hasResourceProperties('AWS::Lambda::Function', { Timeout: 900, MemorySize: Match.anyValue() })
  })
})

describe('the public address', () => {
  it('routes keys to auth, Hub clients to the hub, and everything else to the registry', () => {
    const integrations = api.findResources('AWS::ApiGatewayV2::Integration')
    const routes = Object.values(api.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => {
      const integration = integrations[Properties.Target['Fn::Join'][1][1].Ref]
      return [Properties.RouteKey, logicalName(integration?.Properties.IntegrationUri['Fn::GetAtt'][0])]
    })
    expect(Object.fromEntries(routes)).toEqual({
      $default: 'Registry',
      ...Object.fromEntries(authPaths.map((path) => [`ANY ${path}`, 'RegistryAuth'])),
      ...Object.fromEntries(hubPaths.map((path) => [`ANY ${path}`, 'RegistryHub'])),
      ...Object.fromEntries(maintenancePaths.map((path) => [`ANY ${path}`, 'RegistryMaintenanceWorker'])),
      ...Object.fromEntries(registryPaths.map((path) => [`ANY ${path}`, 'Registry'])),
    })
  })

  it('logs every request and limits their rate', () => {
    api.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AccessLogSettings: Match.objectLike({ DestinationArn: Match.anyValue() }),
      DefaultRouteSettings: { ThrottlingRateLimit: Match.anyValue(), ThrottlingBurstLimit: Match.anyValue() },
    })
  })
})

it('the API stack contains nothing of the GPU stack, so that it deploys without networks', () => {
  const types = Object.values(api.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type)
  const foreign =
    /^AWS::(EC2|ECS|ElasticLoadBalancingV2|ApplicationAutoScaling)::|^AWS::ApiGatewayV2::VpcLink|^Custom::/
  expect(types.filter((type) => foreign.test(type))).toEqual([])
})

it('the API stack looks for lost imports every five minutes', () => {
  api.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' })
})

function idsWith(variables: Record<string, string>) {
  const matching = functions.filter(([, { Properties }]) =>
    Object.entries(variables).every(([name, value]) => Properties.Environment.Variables[name] === value),
  )
  return matching.map(([id]) => logicalName(id)).toSorted()
}

/** `RegistryAuth` for `RegistryAuthFunction1A2B3C4D`; CDK writes a repeated name only once. */
function logicalName(id: string) {
  return id.replace(/Function[0-9A-F]{8}$/, '')
}

function actionsAllowed(template: typeof api): string[] {
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    Object.values(template.findResources(type)),
  )
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
  return statements.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? Action : []))
}

interface Statement {
  Action: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

import type { Template } from 'aws-cdk-lib/assertions'
import { expect, it } from 'vitest'
import { templates } from './synthesised-app.ts'

const { api, data, gpu } = templates()

it('each role may access only the folders of the bucket that it uses, and only maintenance the backups', () => {
  expect(Object.fromEntries([api, gpu].flatMap(rightsOf))).toEqual({
    RegistryHub: {
      's3:GetObject': ['blobs/*', 'staging/*'],
      's3:PutObject': ['blobs/*', 'staging/*'],
      's3:AbortMultipartUpload': ['blobs/*', 'staging/*'],
      's3:DeleteObject': ['staging/*'],
      's3:ListBucket': [''],
    },
    IngestWorker: {
      's3:GetObject': ['blobs/*', 'drop/*', 'staging/*'],
      's3:PutObject': ['blobs/*', 'manifests/*', 'staging/*'],
      's3:AbortMultipartUpload': ['blobs/*', 'manifests/*', 'staging/*'],
      's3:DeleteObject': ['manifests/*', 'staging/*'],
      's3:ListBucket': [''],
      's3:ListBucketMultipartUploads': [''],
    },
    DropsWorker: { 's3:ListBucket': [''], 's3:ListBucketMultipartUploads': [''] },
    RegistryMaintenanceWorker: {
      's3:GetObject': ['backups/*', 'blobs/*', 'manifests/*', 'staging/*'],
      's3:PutObject': ['backups/*', 'blobs/*', 'staging/*'],
      's3:AbortMultipartUpload': ['backups/*', 'blobs/*', 'staging/*'],
      's3:DeleteObject': ['backups/*', 'blobs/*', 'manifests/*', 'staging/*'],
      's3:ListBucket': [''],
      's3:ListBucketMultipartUploads': [''],
    },
    TaskDefinition: { 's3:GetObject': ['blobs/*', 'manifests/*'], 's3:ListBucket': [''] },
  })
})

/** The object permissions of each role of a stack: actions and folders, with `''` for the bucket itself. */
function rightsOf(template: Template): [string, Record<string, string[]>][] {
  const roles = Object.entries(template.findResources('AWS::IAM::Role'))
  return roles.flatMap(([id, { Properties }]) => {
    // Includes permissions from the role's own policies.
    const own = Object.values(template.findResources('AWS::IAM::Policy'))
    const ofRole = own.filter(({ Properties: { Roles } }) => Roles.some(({ Ref }: { Ref: string }) => Ref === id))
    const shared = Object.entries(data.findResources('AWS::IAM::ManagedPolicy')).filter(([policyId]) =>
      JSON.stringify(Properties.ManagedPolicyArns ?? []).includes(`Ref${policyId}`),
    )
    const policies = [...ofRole, ...shared.map(([, policy]) => policy)]
    const statements: Statement[] = policies.flatMap((policy) => policy.Properties.PolicyDocument.Statement)
    const rights: Record<string, string[]> = {}
    for (const { Action, Resource } of statements)
      for (const action of [Action].flat())
        if (/^s3:/.test(action)) rights[action] = [...(rights[action] ?? []), ...[Resource].flat().map(within)]
    return Object.keys(rights).length === 0 ? [] : [[id.replace(/(?:Task)?Role[0-9A-F]{8}$/, ''), rights]]
  })
}

interface Statement {
  Action: string | string[]
  Resource: Resource | Resource[]
}

type Resource = { 'Fn::Join'?: [string, [unknown, string]] }

const within = (resource: Resource): string => resource['Fn::Join']?.[1][1].slice(1) ?? ''

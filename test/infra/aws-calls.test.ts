import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repositoryRoot } from '../../infra/constructs/repository-root.ts'
import { templates } from './synthesised-app.ts'

/** The IAM actions that S3 and SQS require for a call; those of the table are tested in `table-rights.test.ts`. */
const rights: Record<string, string[]> = {
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  ChangeMessageVisibility: ['sqs:ChangeMessageVisibility'],
  CompleteMultipartUpload: ['s3:PutObject'],
  CopyObject: ['s3:GetObject', 's3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  DeleteObjects: ['s3:DeleteObject'],
  GetObject: ['s3:GetObject'],
  HeadObject: ['s3:GetObject'],
  ListMultipartUploads: ['s3:ListBucketMultipartUploads'],
  ListObjectsV2: ['s3:ListBucket'],
  PutObject: ['s3:PutObject'],
  SendMessage: ['sqs:SendMessage'],
  SendMessageBatch: ['sqs:SendMessage'],
  UploadPart: ['s3:PutObject'],
  UploadPartCopy: ['s3:GetObject', 's3:PutObject'],
}

/** The names of the calls that the code makes with a client. */
function callsOf(client: string): string[] {
  const files = globSync('{shared,functions,gpu-service}/**/*.ts', { cwd: repositoryRoot })
  const texts = files.map((file) => readFileSync(join(repositoryRoot, file), 'utf8'))
  const imports = texts.flatMap((text) => [...text.matchAll(/import (?:type )?\{([^}]*)\} from '([^']+)'/g)])
  const names = imports.flatMap(([, named = '', from]) => (from === client ? named.split(/[\s,]+/) : []))
  return [
    ...new Set(names.flatMap((name) => /^(\w+?)Command$/.exec(name)?.[1] ?? /^paginate(\w+)$/.exec(name)?.[1] ?? [])),
  ]
}

it('every S3 and SQS call of the code is granted to some role', () => {
  const { api, data, gpu } = templates()
  const granted = [api, data, gpu].flatMap((template) =>
    ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
      Object.values(template.findResources(type)).flatMap(({ Properties }) =>
        Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action),
      ),
    ),
  )
  const calls = ['@aws-sdk/client-s3', '@aws-sdk/client-sqs'].flatMap(callsOf)
  expect(calls.toSorted()).toEqual(Object.keys(rights))
  for (const right of calls.flatMap((call) => rights[call] ?? [])) expect(granted).toContain(right)
})

import { expect, it } from 'vitest'
import { embeddedDynamodbPath } from '../../../infra/local/embedded-dynamodb.ts'

it('says on a platform without the embedded DynamoDB which package is missing and what else will do', () => {
  expect(() => embeddedDynamodbPath({ platform: 'plan9', arch: 'mips' })).toThrow(
    /plan9-mips.*@dynoxide\/plan9-mips.*SLIPWAY_DYNAMODB_ENDPOINT/,
  )
})

import { expect, it } from 'vitest'
import { embeddedDynamodbPath } from '../../../infra/local/embedded-dynamodb.ts'

it('names the missing package and the alternative on a platform without the embedded DynamoDB', () => {
  expect(() => embeddedDynamodbPath({ platform: 'plan9', arch: 'mips' })).toThrow(
    /plan9-mips.*@dynoxide\/plan9-mips.*SLIPWAY_DYNAMODB_ENDPOINT/,
  )
})

import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appUnderTest } from './synthesised-app.ts'

const { app, outdir } = appUnderTest({ bundles: true, settings: { 'aws:cdk:enable-asset-metadata': 'true' } })
const { Resources } = app.synth().getStackArtifact('Api').template as { Resources: Record<string, Resource> }
const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function')

describe('a function as it is deployed', () => {
  it.each(functions)('is small and loads by itself: %s', (_, { Metadata }) => {
    const file = join(outdir, Metadata['aws:asset:path'], 'index.mjs')
    expect(statSync(file).size).toBeLessThan(1.5 * 1024 * 1024)
    const probe = `const { handler } = await import(${JSON.stringify(file)}); process.exit(typeof handler === 'function' ? 0 : 1)`
    const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', probe], { env: lambdaEnvironment })
    expect(String(loaded.stderr)).toBe('')
    expect(loaded.status).toBe(0)
  })
})

interface Resource {
  Type: string
  Metadata: { 'aws:asset:path': string }
}

const queue = 'https://sqs.us-east-1.amazonaws.com/123456789012/queue'
const lambdaEnvironment = {
  AWS_REGION: 'us-east-1',
  SLIPWAY_TABLE: 'table',
  SLIPWAY_BUCKET: 'bucket',
  SLIPWAY_INGEST_QUEUE_URL: queue,
  SLIPWAY_DROP_QUEUE_URL: queue,
}

import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appUnderTest } from './synthesised-app.ts'

const { app, outdir } = appUnderTest({ bundles: true, settings: { 'aws:cdk:enable-asset-metadata': 'true' } })
const { Resources } = app.synth().getStackArtifact('Api').template as { Resources: Record<string, Resource> }
const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function')

describe('a function as it is deployed', () => {
  it.each(functions)(
    'is small and loads by itself, knowing what its stack tells it: %s',
    (_, { Metadata, Properties }) => {
      const file = join(outdir, Metadata['aws:asset:path'], 'index.mjs')
      expect(statSync(file).size).toBeLessThan(1.5 * 1024 * 1024)
      const probe = `const { handler } = await import(${JSON.stringify(file)}); process.exit(typeof handler === 'function' ? 0 : 1)`
      const told = Object.keys(Properties.Environment.Variables).map((name) => [name, value(name)])
      const env = { AWS_REGION: 'us-east-1', ...Object.fromEntries(told) }
      const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', probe], { env })
      expect(String(loaded.stderr)).toBe('')
      expect(loaded.status).toBe(0)
    },
  )
})

interface Resource {
  Type: string
  Metadata: { 'aws:asset:path': string }
  Properties: { Environment: { Variables: Record<string, unknown> } }
}

/** A value that stands for the one that CloudFormation puts in. */
function value(name: string) {
  if (name.endsWith('_URL')) return 'https://sqs.us-east-1.amazonaws.com/123456789012/queue'
  return (
    { NODE_OPTIONS: '--enable-source-maps', SLIPWAY_LOG_LEVEL: 'info', HF_ENDPOINT: 'https://hub.example' }[name] ??
    'name'
  )
}

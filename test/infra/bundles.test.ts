import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openapiDocument } from '../../shared/contract/openapi.ts'
import { version } from '../../shared/version.ts'
import { appUnderTest } from './synthesised-app.ts'

const { app, outdir } = appUnderTest({ bundles: true, settings: { 'aws:cdk:enable-asset-metadata': 'true' } })
const { Resources } = app.synth().getStackArtifact('Api').template as { Resources: Record<string, Resource> }
const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function')

describe('a bundled function', () => {
  it.each(functions)('loads on its own with the variables of its stack: %s', (_, resource) => {
    const { status, stderr } = run(resource, "process.exit(typeof handler === 'function' ? 0 : 1)")
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  it('is small, because its size dominates the cold start', () => {
    const sizes = functions.map(([id, resource]) => [id.replace(/Function[0-9A-F]{8}$/, ''), resource] as const)
    expect(sizes.map(([name]) => name).toSorted()).toEqual(Object.keys(sizeBytesMax).toSorted())
    for (const [name, resource] of sizes)
      expect(statSync(bundleOf(resource)).size, name).toBeLessThan(sizeBytesMax[name] ?? 0)
  })

  it('describes its API like the unbundled code', () => {
    const [, registry] = functions.find(([id]) => /^RegistryFunction/.test(id)) ?? []
    const http = { method: 'GET', path: '/api/v1/openapi.json' }
    const event = { version: '2.0', rawPath: http.path, rawQueryString: '', headers: {}, requestContext: { http } }
    const { stdout } = run(
      registry as Resource,
      `process.stdout.write((await handler(${JSON.stringify(event)}, {})).body, () => process.exit(0))`,
    )
    const [, body = ''] = /(\{"openapi".*)$/m.exec(stdout) ?? []
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(openapiDocument({ version }))))
  })
})

/** A little more than the current sizes, and never more than a megabyte. */
const sizeBytesMax: Record<string, number> = {
  Registry: 865_000,
  RegistryHub: 1_000_000,
  RegistryAuth: 860_000,
  RegistryMaintenanceWorker: 960_000,
  IngestWorker: 1_000_000,
  DropsWorker: 740_000,
  CleanupSweep: 580_000,
}

const bundleOf = ({ Metadata }: Resource) => join(outdir, Metadata['aws:asset:path'], 'index.mjs')

/** Runs a line of code with the function's handler and the variables of its stack. */
function run(resource: Resource, code: string) {
  const told = Object.entries(resource.Properties.Environment.Variables).map(([name, given]) => [
    name,
    name === 'SLIPWAY_POOL_DEVICES' ? given : value(name),
  ])
  const env = { AWS_REGION: 'us-east-1', ...Object.fromEntries(told) }
  const line = `const { handler } = await import(${JSON.stringify(bundleOf(resource))}); ${code}`
  return spawnSync(process.execPath, ['--input-type=module', '-e', line], { env, encoding: 'utf8' })
}

interface Resource {
  Type: string
  Metadata: { 'aws:asset:path': string }
  Properties: { Environment: { Variables: Record<string, unknown> } }
}

/** A placeholder for the value from CloudFormation. */
function value(name: string) {
  if (name.endsWith('_URL')) return 'https://sqs.us-east-1.amazonaws.com/123456789012/queue'
  return (
    {
      NODE_OPTIONS: '--enable-source-maps',
      SLIPWAY_LOG_LEVEL: 'info',
      SLIPWAY_REGISTRATION: 'closed',
      HF_ENDPOINT: 'https://hub.example',
    }[name] ?? 'name'
  )
}

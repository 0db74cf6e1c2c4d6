import { describe, expect, it } from 'vitest'
import { parseStageConfig } from '../../infra/stage-config.ts'

describe('a stage config', () => {
  it('defaults to dev with at most one GPU', () => {
    const gpu = { pools: [{ name: 'default', device: 'cuda', replicasMin: 1, replicasMax: 1 }] }
    expect(parseStageConfig({})).toMatchObject({ stage: 'dev', isRetained: false, gpu, env: undefined })
  })

  it('retains data in staging and production', () => {
    for (const stage of ['staging', 'prod']) expect(parseStageConfig({ stage }).isRetained).toBe(true)
  })

  it('parses text from the command line', () => {
    const { gpu } = parseStageConfig({ gpu: 'true', egress: 'nat', pools: '{"default": {"replicasMin": 2}}' })
    expect(gpu).toMatchObject({ egress: 'nat', pools: [{ replicasMin: 2, replicasMax: 2 }] })
    expect(parseStageConfig({ gpu: 'false' }).gpu).toBeUndefined()
  })

  it('has its own metric namespace, unless another one is given', () => {
    const namespaces = ['dev', 'prod'].map((stage) => parseStageConfig({ stage }).metricNamespace)
    expect(namespaces).toEqual(['Slipway/dev', 'Slipway/prod'])
    expect(parseStageConfig({ metricNamespace: 'Team' }).metricNamespace).toBe('Team')
  })

  it('uses the two named zones', () => {
    const zones = ['us-east-1b', 'us-east-1d']
    expect(parseStageConfig({ zones: zones.join() }).gpu?.zones).toEqual(zones)
    expect(parseStageConfig({ zones }).gpu?.zones).toEqual(zones)
    expect(parseStageConfig({}).gpu?.zones).toBeUndefined()
    for (const wrong of ['us-east-1b', 'use1-az1,use1-az2', 'us-east-1b,us-east-1b', 7])
      expect(() => parseStageConfig({ zones: wrong })).toThrow(/^ {2}zones[.\d]*: must be two zones of the region/m)
  })

  it('is pinned to an account only with a region', () => {
    const env = { account: '123456789012', region: 'eu-central-1' }
    expect(parseStageConfig(env).env).toEqual(env)
    expect(() => parseStageConfig({ account: env.account })).toThrow(/region/)
  })

  it('names every invalid setting', () => {
    const wrong = { stage: 'production', adminKeySha256: 'my-secret', hfEndpoint: 'hub', gpu: 'perhaps' }
    expect(() => parseStageConfig(wrong)).toThrow(/stage:[\s\S]*adminKeySha256:[\s\S]*hfEndpoint:[\s\S]*gpu:/)
  })

  it('names unknown settings, and ignores those of the CDK', () => {
    const context = { gpuReplicaMax: 3, '@aws-cdk/core:checkSecretUsage': true, 'aws:cdk:bundling-stacks': [] }
    expect(() => parseStageConfig(context)).toThrow(
      /^The stage's context is invalid:\n {2}gpuReplicaMax: is not a setting$/,
    )
  })
})

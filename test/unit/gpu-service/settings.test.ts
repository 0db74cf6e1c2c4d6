import { describe, expect, it } from 'vitest'
import { readServiceSettings, runConfigOf, serviceSettingNames } from '../../../gpu-service/settings.ts'
import { readSettings } from '../../../infra/local/environment.ts'
import { unknownSettings } from '../../../shared/unknown-settings.ts'

const required = { SLIPWAY_TABLE: 'table', SLIPWAY_BUCKET: 'bucket' }

const runEnvironment = {
  SLIPWAY_MODEL_MEMORY_BYTES: '4000000000',
  SLIPWAY_ENGINES: '2',
  SLIPWAY_INTRA_OP_THREADS: '4',
  SLIPWAY_CACHE_BYTES: '5000000000',
  SLIPWAY_REQUEST_TIMEOUT_MS: '1500',
  SLIPWAY_REMOTE_IMAGES: 'true',
}
const run = {
  modelMemoryMaxBytes: 4_000_000_000,
  engines: 2,
  intraOpThreads: 4,
  cacheMaxBytes: 5_000_000_000,
  requestTimeoutMs: 1500,
  remoteImages: true,
}

describe('the settings', () => {
  it('for running models are the same in the container and on this machine', () => {
    expect(runConfigOf(readServiceSettings({ ...required, ...runEnvironment }))).toEqual(run)
    expect(readSettings(runEnvironment, []).run).toEqual(run)
  })

  it('are all listed that are wrong or missing, each with what it must be', () => {
    const wrong = {
      SLIPWAY_TABLE: 'table',
      SLIPWAY_PORT: '80800',
      SLIPWAY_ENGINES: 'two',
      SLIPWAY_INTRA_OP_THREADS: ' ',
      SLIPWAY_POOL: 'My Pool',
      SLIPWAY_DEVICE: 'gpu',
      SLIPWAY_REMOTE_IMAGES: 'perhaps',
      SLIPWAY_LOG_LEVEL: 'loud',
    }
    const read = () => readServiceSettings(wrong)
    for (const fault of [
      'SLIPWAY_BUCKET: is missing',
      'SLIPWAY_PORT: must be a whole number from 0 to 65535',
      'SLIPWAY_ENGINES: must be a whole number from 1 to 256',
      'SLIPWAY_INTRA_OP_THREADS: must be a whole number from 1 to 256',
      'SLIPWAY_POOL: must be 1 to 63 of a-z, 0-9 and "-", not at either end',
      'SLIPWAY_DEVICE: must be "cpu" or "cuda"',
      'SLIPWAY_REMOTE_IMAGES: must be "true" or "false"',
      'SLIPWAY_LOG_LEVEL: must be "debug", "info", "warn", "error" or "silent"',
    ])
      expect(read).toThrow(fault)
  })

  it('refuse a grace period that ends before the drain', () => {
    const grace = { ...required, SLIPWAY_DRAIN_MS: '30000', SLIPWAY_GRACE_MS: '25000' }
    expect(() => readServiceSettings(grace)).toThrow('SLIPWAY_GRACE_MS: must be more than SLIPWAY_DRAIN_MS')
  })

  it('name the default that conflicts with another setting, rather than calling it missing', () => {
    const drain = { ...required, SLIPWAY_DRAIN_MS: '30000' }
    expect(() => readServiceSettings(drain)).toThrow('SLIPWAY_GRACE_MS: must be more than SLIPWAY_DRAIN_MS')
  })
})

describe('an unknown variable', () => {
  const warningsOf = (environment: Record<string, string>) =>
    unknownSettings({ environment: { ...required, ...environment }, known: serviceSettingNames })

  it('is reported with the setting that was probably meant, without its value', () => {
    expect(warningsOf({ SLIPWAY_POOOL: 'gpu', SLIPWAY_REMOTE_IMAGE: 'true', SLIPWAY_COLOUR: 'blue' })).toEqual([
      'SLIPWAY_POOOL is not a setting and has no effect; did you mean SLIPWAY_POOL?',
      'SLIPWAY_REMOTE_IMAGE is not a setting and has no effect; did you mean SLIPWAY_REMOTE_IMAGES?',
      'SLIPWAY_COLOUR is not a setting and has no effect',
    ])
  })

  it('is reported on this machine too', () => {
    expect(readSettings({ SLIPWAY_DATE: 'x' }, []).warnings).toEqual([
      'SLIPWAY_DATE is not a setting and has no effect; did you mean SLIPWAY_DATA?',
    ])
  })

  it("is not reported if the CLI or a test reads it, or if it is not one of Slipway's", () => {
    expect(warningsOf({ SLIPWAY_URL: 'x', SLIPWAY_API_KEY: 'x', SLIPWAY_TEST_LOG: 'x', PATH: 'x' })).toEqual([])
  })
})

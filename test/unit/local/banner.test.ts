import { describe, expect, it } from 'vitest'
import { banner } from '../../../infra/local/banner.ts'

const shown = (dataPath: string) =>
  banner({
    url: 'http://127.0.0.1:8000',
    version: '1.0.0',
    dataRoot: dataPath,
    dataPath,
    keyPath: `${dataPath}/key`,
    newToken: undefined,
    hfEndpoint: 'https://huggingface.co',
    sample: true,
  })

describe('the commands that a start names next', () => {
  it('find the data folder that was given, as a shell reads them', () => {
    expect(shown('/my data')).toContain("SLIPWAY_DATA='/my data' npx slipway status")
    expect(shown('/my data')).toContain(`Bearer $(cat '/my data/key')"`)
  })

  it('name no data folder where it is the one that is looked for', () => {
    expect(shown('.slipway')).toContain('\n    npx slipway status')
    expect(shown('./.slipway')).not.toContain('SLIPWAY_DATA')
  })
})

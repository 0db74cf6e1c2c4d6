import { describe, expect, it } from 'vitest'
import { banner } from '../../../infra/local/banner.ts'
import { networkUrl } from '../../../infra/local/network-url.ts'

const shown = (dataPath: string, networkUrl?: string) =>
  banner({
    url: 'http://127.0.0.1:8000',
    networkUrl,
    version: '1.0.0',
    dataRoot: dataPath,
    dataPath,
    keyPath: `${dataPath}/key`,
    newToken: undefined,
    hfEndpoint: 'https://huggingface.co',
    sample: true,
  })

describe('the commands that npm start suggests', () => {
  it('name the given data folder, quoted for a shell', () => {
    expect(shown('/my data')).toContain("SLIPWAY_DATA='/my data' npx slipway status")
    expect(shown('/my data')).toContain(`Bearer $(cat '/my data/key')"`)
  })

  it('leave out the default data folder', () => {
    expect(shown('.slipway')).toContain('\n    npx slipway status')
    expect(shown('./.slipway')).not.toContain('SLIPWAY_DATA')
  })
})

describe('the address that npm start shows', () => {
  const wired = { address: '192.168.1.5', family: 'IPv4', internal: false } as const
  const own = { address: '127.0.0.1', family: 'IPv4', internal: true } as const
  const sixth = { address: 'fe80::1', family: 'IPv6', internal: false } as const
  const interfaces = { lo: [own], eth0: [sixth, wired] }

  it.each(['0.0.0.0', '::'])('is one for colleagues, too, if it listens at %s', (hostname) => {
    const url = networkUrl({ hostname, port: 8108, interfaces })
    expect(url).toBe('http://192.168.1.5:8108')
    expect(shown('.slipway', url)).toContain('  url   http://127.0.0.1:8000\n        http://192.168.1.5:8108  (for')
  })

  it('is not offered to others who cannot reach it', () => {
    expect(networkUrl({ hostname: '127.0.0.1', port: 8108, interfaces })).toBeUndefined()
    expect(networkUrl({ hostname: '0.0.0.0', port: 8108, interfaces: { lo: [own] } })).toBeUndefined()
    expect(shown('.slipway')).toContain('  url   http://127.0.0.1:8000\n  key')
  })
})

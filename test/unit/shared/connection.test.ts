import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConnection } from '../../../shared/client/connection.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway it's "))
  await writeFile(join(folder, 'key'), 'hf_local\n')
})
afterAll(() => rm(folder, { recursive: true }))

describe('the settings for clients of the Hub', () => {
  const settingsOf = async (environment: Record<string, string>) => (await readConnection(environment)).hubSettings
  const url = 'http://127.0.0.1:8000'

  it('are the address, where to find the key, and the supported protocol', async () => {
    expect(await settingsOf({ SLIPWAY_URL: 'https://hub.example/', SLIPWAY_API_KEY: 'hf_x' })).toBe(
      'HF_ENDPOINT=https://hub.example HF_TOKEN="$SLIPWAY_API_KEY" HF_HUB_DISABLE_XET=1',
    )
    expect(await settingsOf({ SLIPWAY_DATA: '/data' })).toBe(
      `HF_ENDPOINT=${url} HF_TOKEN="$(cat /data/key)" HF_HUB_DISABLE_XET=1`,
    )
  })

  it('are quoted for a shell', async () => {
    const quoted = `'${folder.replaceAll("'", `'\\''`)}/key'`
    expect(await settingsOf({ SLIPWAY_DATA: folder })).toContain(`HF_TOKEN="$(cat ${quoted})"`)
  })

  it('leave out what the environment already has', async () => {
    const set = { HF_ENDPOINT: `${url}/`, HF_TOKEN: 'hf_local', HF_HUB_DISABLE_XET: '1' }
    expect(await settingsOf({ SLIPWAY_DATA: folder, ...set })).toBe('')
    expect(await settingsOf({ SLIPWAY_DATA: folder, ...set, HF_ENDPOINT: 'https://huggingface.co' })).toBe(
      `HF_ENDPOINT=${url}`,
    )
  })
})

it.each(['http://127.0.0.1:8000/v1', 'https://hub.example/api/v1/'])(
  'an address with the path that OpenAI clients need is refused, with the right one: %s',
  async (given) => {
    await expect(readConnection({ SLIPWAY_URL: given })).rejects.toThrow(`without a path: ${new URL(given).origin}`)
  },
)

describe('an address without a scheme', () => {
  it.each([
    ['localhost:8000', 'http://localhost:8000'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['hub.example.com', 'https://hub.example.com'],
    ['ftp://hub.example.com', 'https://hub.example.com'],
  ])('is refused with the right one: %s', async (given, right) => {
    await expect(readConnection({ SLIPWAY_URL: given })).rejects.toThrow(`SLIPWAY_URL is "${given}"`)
    await expect(readConnection({ SLIPWAY_URL: given })).rejects.toThrow(right)
  })
})

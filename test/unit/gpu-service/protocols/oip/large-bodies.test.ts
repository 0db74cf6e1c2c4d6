import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../../../../gpu-service/listen.ts'
import { readAnswer, tensorsModel } from '../../support/oip-requests.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { identityGraph } from '../../support/tiny-graphs.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([tensorsModel('echo', identityGraph(['float32']))])
})
afterAll(() => host.close())

describe('over a port', () => {
  async function atPort() {
    const server = listen({ fetch: host.serving.app.fetch, port: 0 })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    onTestFinished(() => void server.close())
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${host.token}` }
    const url = `http://127.0.0.1:${port}/v2/models/echo/infer`
    return (body: Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) =>
      fetch(url, { method: 'POST', body, headers: { ...headers, ...more } })
  }
  const large = () => {
    const numbers = new Float32Array(500_000).fill(0.25)
    const json = {
      inputs: [
        {
          name: 'float32',
          shape: [1, numbers.length],
          datatype: 'FP32',
          parameters: { binary_data_size: numbers.byteLength },
        },
      ],
    }
    const header = Buffer.from(JSON.stringify(json))
    const bytes = new Uint8Array(Buffer.concat([header, Buffer.from(numbers.buffer)]))
    return { bytes, headers: { 'inference-header-content-length': String(header.length) } }
  }

  it('a large body arrives unchanged', async () => {
    const post = await atPort()
    const { bytes, headers } = large()
    const { outputs } = await readAnswer(await post(bytes, headers))
    expect(outputs[0]?.data).toEqual(Array(500_000).fill(0.25))
  })

  it('a body that decompresses beyond the limit is answered, and the server stays usable', async () => {
    const post = await atPort()
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(300_000_000)))
    for (let time = 0; time < 3; time++) {
      const response = await post(bomb, { 'content-encoding': 'gzip' })
      expect([response.status, await response.json()]).toEqual([413, { error: expect.stringContaining('67108864') }])
    }
    const { bytes, headers } = large()
    expect((await post(bytes, headers)).status).toBe(200)
  })
})

import { expect, it } from 'vitest'
import { createApiClient } from '../../../shared/client/api-client.ts'

const base = 'http://127.0.0.1:8000'
const asking = (fetch: () => Promise<Response>) => createApiClient({ url: base, token: 'hf_x', fetch })
const refused = async () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })
}

it('names the address that was asked if another host serves a deployment', async () => {
  const asked = asking(refused).predict({ url: 'http://127.0.0.1:9/api/v1/predict/one' }, {})
  await expect(asked).rejects.toThrow('refers this request to http://127.0.0.1:9, where nothing answers (ECONNREFUSED)')
  await expect(asked).rejects.not.toThrow('npm start')
})

it('says how to start the server, and why it cannot be reached', async () => {
  await expect(asking(refused).health()).rejects.toThrow(
    `No Slipway answers at ${base} (ECONNREFUSED). Start one with "npm start"`,
  )
})

it('reports a connection that breaks within an answer as unreachable', async () => {
  const cutOff = async () =>
    new Response(new ReadableStream({ pull: (body) => body.error(new TypeError('terminated')) }))
  await expect(asking(cutOff).health()).rejects.toMatchObject({ code: 'unreachable', status: 0 })
})

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSecret } from '../../../shared/read-secret.ts'

async function extension(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('readSecret', () => {
  it("asks the extension with the function's session token, and trims the line break", async () => {
    const endpoint = await extension(({ url, headers }, response) => {
      const isKnown = headers['x-aws-parameters-secrets-token'] === 'session'
      const isNamed = url === '/secretsmanager/get?secretId=team%2Fhf-token'
      response.statusCode = isKnown && isNamed ? 200 : 403
      response.end(JSON.stringify({ Name: 'team/hf-token', SecretString: 'hf_secret\n' }))
    })
    expect(await readSecret({ name: 'team/hf-token', sessionToken: 'session', endpoint })).toBe('hf_secret')
  })

  it('names a secret that it may not read, or that has no text', async () => {
    const refusing = await extension((_, response) => {
      response.statusCode = 400
      response.end('AccessDeniedException')
    })
    const empty = await extension((_, response) => void response.end(JSON.stringify({ SecretBinary: 'aGY=' })))
    await expect(readSecret({ name: 'hf', sessionToken: 's', endpoint: refusing })).rejects.toThrow(/hf.*AccessDenied/)
    await expect(readSecret({ name: 'hf', sessionToken: 's', endpoint: empty })).rejects.toThrow('hf has no text')
  })
})

import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpServer } from '../../../gpu-service/create-http-server.ts'

/** Sends these bytes to a server whose app answers with the address that it got; the answer until the connection ends. */
async function send(bytes: string) {
  const fetch = (request: Request) => new Response(new URL(request.url).href, { headers: { connection: 'close' } })
  const server = createHttpServer({ fetch, refusals: () => undefined }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(bytes)
  const answer = await text(socket)
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
  const requestId = /x-request-id: (\S+)/i.exec(head)?.[1]
  return { status: Number(head.split(' ')[1]), head, body, requestId }
}

const get = (target: string, headers = 'host: here\r\n') =>
  `GET ${target} HTTP/1.1\r\nconnection: close\r\n${headers}\r\n`

describe('the HTTP server', () => {
  it.each([
    ['a Host that is an impossible IP address', get('/', 'host: 99999999999999999999\r\n'), 'Host'],
    ['a Host of five numbers', get('/', 'host: 1.2.3.4.5\r\n'), 'Host'],
    ['a Host with a space', get('/', 'host: a b\r\n'), 'Host'],
    ['an empty Host', get('/', 'host: \r\n'), 'Host'],
    ['a Host with a path', get('/', 'host: here/there\r\n'), 'host'],
    ['no Host', get('/', ''), 'Host'],
    ['the address *', get('*'), 'URL'],
    ['an address of another protocol', get('ftp://here/'), 'URL'],
    ['a backslash in the path', get('/a\\b'), 'ackslash'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nhost: here\r\n\r\n', 'method'],
    ['a header without a colon', get('/', 'host: here\r\nfoo\r\n'), 'header'],
    [
      'two lengths of a body',
      get('/', 'host: here\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n'),
      'Transfer-Encoding',
    ],
  ])('answers %s with what is wrong, in the envelope', async (_, bytes, named) => {
    const { status, head, body, requestId } = await send(bytes)
    expect({ status, head }).toMatchObject({
      status: 400,
      head: expect.stringMatching(/content-type: application\/json/i),
    })
    expect(JSON.parse(body).error).toMatchObject({
      code: 'malformed_request',
      message: expect.stringContaining(named),
      requestId,
    })
  })

  it('says the limit of headers that are too large', async () => {
    const { status, body, requestId } = await send(get('/', `host: here\r\na: ${'a'.repeat(20_000)}\r\n`))
    expect(status).toBe(431)
    expect(JSON.parse(body).error).toMatchObject({
      code: 'headers_too_large',
      message: expect.stringContaining('16384'),
      requestId,
    })
  })

  it('says which "Expect" it meets', async () => {
    const { status, body, requestId } = await send(get('/', 'host: here\r\nexpect: wonders\r\n'))
    expect(status).toBe(417)
    expect(JSON.parse(body).error).toMatchObject({
      code: 'expectation_failed',
      message: expect.stringContaining('100-continue'),
      requestId,
    })
  })

  it('answers a health check by HTTP/1.0, which has no Host', async () => {
    expect(await send('GET /health HTTP/1.0\r\n\r\n')).toMatchObject({ status: 200, body: 'http://localhost/health' })
  })

  it.each([
    ['here', 'http://here/a'],
    ['127.1:8000', 'http://127.0.0.1:8000/a'],
    ['[::1]:8000', 'http://[::1]:8000/a'],
    ['HERE.example:443', 'http://here.example:443/a'],
  ])('takes the Host %s', async (host, url) => {
    expect(await send(get('/a', `host: ${host}\r\n`))).toMatchObject({ status: 200, body: url })
  })
})

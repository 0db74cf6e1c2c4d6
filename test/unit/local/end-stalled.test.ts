import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endStalled } from '../../../infra/local/end-stalled.ts'
import { listen } from '../../../infra/local/http-server.ts'

const begun = 'POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\n'
const readsAll: RequestListener = async (incoming, outgoing) => {
  const body = await text(incoming).catch(() => undefined)
  outgoing.end(body)
}

async function start({ listener = readsAll, stalledMs = 200, headersMs = 60_000, requestTimeout = 0 } = {}) {
  const server = createServer({ requestTimeout, connectionsCheckingInterval: 20, keepAliveTimeout: 100 }, listener)
  endStalled({ server, stalledMs, headersMs })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return dial((server.address() as AddressInfo).port)
}

/** A connection, and all bytes it receives until the server closes it. */
function dial(port: number) {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  return { socket, answer: text(socket) }
}

describe('an incoming request', () => {
  it('may take any time while bytes keep coming', async () => {
    const { socket, answer } = await start({ stalledMs: 2000, headersMs: 100, requestTimeout: 200 })
    socket.write(begun)
    for (let byte = 0; byte < 10; byte++) {
      await wait(50)
      socket.write(String(byte))
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*0123456789$/)
  })

  it('is ended with 408 if it stalls', async () => {
    const { socket, answer } = await start()
    socket.write(`${begun}abc`)
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('is ended if its headers take too long, however steadily they come', async () => {
    const { socket, answer } = await start({ headersMs: 150, stalledMs: 2000 })
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\n')
    const drip = setInterval(() => socket.write('a'), 20)
    onTestFinished(() => clearInterval(drip))
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('may continue once its reader does, however long that paused', async () => {
    const { socket, answer } = await start({
      listener: async (incoming, outgoing) => {
        // Just before the check, and blocked long enough that nothing more is read before it.
        await wait(199)
        incoming.resume()
        const until = performance.now() + 20
        while (performance.now() < until);
        await once(incoming, 'end')
        outgoing.end('all')
      },
    })
    socket.write(begun.replace('10', '1000000'))
    socket.write('a'.repeat(1_000_000))
    expect(await answer).toMatch(/all$/)
  })

  it('is not ended while its reader pauses', async () => {
    const { socket, answer } = await start({
      listener: async (incoming, outgoing) => {
        await wait(600)
        outgoing.end(String((await text(incoming)).length))
      },
    })
    socket.write(begun.replace('10', '1000000'))
    socket.write('a'.repeat(1_000_000))
    expect(await answer).toMatch(/1000000$/)
  })

  it('may wait any time for its response, after which its connection may idle', async () => {
    const { socket, answer } = await start({
      listener: async (_, outgoing) => {
        await wait(500)
        outgoing.end('late')
      },
    })
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n')
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*late$/)
  })

  it('is ended by the local server if it stalls, and not earlier', async () => {
    const fetch = async (request: Request) => new Response(await request.text())
    const { url, close } = await listen({
      port: 0,
      hostname: '127.0.0.1',
      fetch,
      refusals: () => undefined,
      stalledMs: 1000,
    })
    onTestFinished(() => close(0))
    const { socket, answer } = dial(Number(new URL(url).port))
    const started = performance.now()
    socket.write(`${begun}abc`)
    await wait(400)
    socket.write('d')
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(performance.now() - started).toBeGreaterThan(1200)
  })
})

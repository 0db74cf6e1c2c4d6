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

/** A connection, and all that comes on it until its other end closes it. */
function dial(port: number) {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  return { socket, answer: text(socket) }
}

describe('a request that comes in', () => {
  it('may take longer than any limit on the whole while something of it comes', async () => {
    const { socket, answer } = await start({ stalledMs: 2000, headersMs: 100, requestTimeout: 200 })
    socket.write(begun)
    for (let byte = 0; byte < 10; byte++) {
      await wait(50)
      socket.write(String(byte))
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*0123456789$/)
  })

  it('is ended when it stands still, and told why', async () => {
    const { socket, answer } = await start()
    socket.write(`${begun}abc`)
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('is ended when its headers take too long, however steadily they come', async () => {
    const { socket, answer } = await start({ headersMs: 150, stalledMs: 2000 })
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\n')
    const drip = setInterval(() => socket.write('a'), 20)
    onTestFinished(() => clearInterval(drip))
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('has time to come from when it is read again, however long that was not so', async () => {
    const { socket, answer } = await start({
      listener: async (incoming, outgoing) => {
        // Just before it is looked at, and long enough for nothing more to be read meanwhile.
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

  it('does not stand still by itself while whoever reads it takes its time', async () => {
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

  it('waits for its answer for as long as that takes, and its connection then for a next one', async () => {
    const { socket, answer } = await start({
      listener: async (_, outgoing) => {
        await wait(500)
        outgoing.end('late')
      },
    })
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n')
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*late$/)
  })

  it('is ended by the server of this machine when it stands still, and not sooner', async () => {
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

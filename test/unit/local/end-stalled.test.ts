import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endStalled } from '../../../infra/local/end-stalled.ts'
import { listen } from '../../../infra/local/http-server.ts'

const begun = 'POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\n'
const begunLarge = begun.replace('10', '1000000')
const readsAll: RequestListener = async (incoming, outgoing) => {
  const body = await text(incoming).catch(() => undefined)
  outgoing.end(body)
}

const never = 3_600_000

/** A connection to a server. `check` does what its timer would do. */
async function start({ listener = readsAll, headersMs = never, requestTimeout = 0 } = {}) {
  const server = createServer({ requestTimeout, connectionsCheckingInterval: 20 }, listener)
  endStalled({ server, stalledMs: never, headersMs })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const connected: Promise<Socket[]> = once(server, 'connection')
  const dialled = dial((server.address() as AddressInfo).port)
  const [accepted] = await connected
  return {
    ...dialled,
    closed: new Promise<void>((resolve) => accepted?.once('close', () => resolve())),
    received: (bytes: number) => expect.poll(() => accepted?.bytesRead, { interval: 1 }).toBe(bytes),
    check: () => void server.emit('timeout', accepted),
  }
}

/** A connection, and all bytes it receives until the server closes it, also if that resets it. */
function dial(port: number) {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const { promise: answer, resolve } = Promise.withResolvers<string>()
  let received = ''
  socket.setEncoding('latin1').on('data', (bytes: string) => {
    received += bytes
  })
  socket.on('error', () => {}).on('close', () => resolve(received))
  return { socket, answer }
}

/** A request whose body nobody reads until the test does. */
async function startUnread() {
  const { promise: asked, resolve } = Promise.withResolvers<IncomingMessage>()
  const listener: RequestListener = async (incoming, outgoing) => {
    resolve(incoming)
    await once(incoming, 'end')
    outgoing.setHeader('connection', 'close')
    outgoing.end('all')
  }
  const connection = await start({ listener })
  connection.socket.write(begunLarge)
  connection.socket.write('a'.repeat(1_000_000))
  const incoming = await asked
  await expect.poll(() => incoming.readableLength >= incoming.readableHighWaterMark, { interval: 1 }).toBe(true)
  return { ...connection, incoming }
}

describe('an incoming request', () => {
  it('has no limit of its total time', async () => {
    const { socket, answer } = await start({ headersMs: 100, requestTimeout: 200 })
    socket.write(begun.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))
    // Node's own limits have no clock to inject.
    for (let byte = 0; byte < 10; byte++) {
      await wait(50)
      socket.write(String(byte))
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*0123456789$/)
  })

  it('is not ended while bytes keep coming', async () => {
    const { socket, answer, received, check } = await start()
    socket.write(begun.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))
    for (let byte = 0; byte < 9; byte++) {
      socket.write(String(byte))
      await received(begun.length + '\r\nconnection: close'.length + byte + 1)
      check()
    }
    socket.write('9')
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*0123456789$/)
  })

  it('is ended with 408 if two checks find nothing new', async () => {
    const { socket, answer, received, check } = await start()
    socket.write(`${begun}abc`)
    await received(begun.length + 3)
    check()
    check()
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('is ended if its headers take too long, however steadily they come', async () => {
    const { socket, answer, closed } = await start({ headersMs: 150 })
    socket.write('POST / HTTP/1.1\r\n')
    const drip = setInterval(() => socket.write('a'), 20)
    closed.then(() => clearInterval(drip))
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('is not ended while its reader pauses', async () => {
    const { answer, check, incoming } = await startUnread()
    for (let checks = 0; checks < 4; checks++) check()
    incoming.resume()
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*all$/)
  })

  it('is not ended by a check just after its reader continued, before more bytes can come', async () => {
    const { answer, check, incoming } = await startUnread()
    check()
    incoming.resume()
    await new Promise<void>((resolve) => process.nextTick(resolve))
    expect(incoming.readableLength).toBeLessThan(incoming.readableHighWaterMark)
    check()
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*all$/)
  })

  it('may wait any time for its response, after which its idle connection is closed', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<() => Promise<unknown>>()
    const { socket, answer, check } = await start({
      listener: (_, outgoing) => resolve(() => once(outgoing.end('late'), 'finish')),
    })
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n')
    const respond = await asked
    for (let checks = 0; checks < 4; checks++) check()
    await respond()
    check()
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

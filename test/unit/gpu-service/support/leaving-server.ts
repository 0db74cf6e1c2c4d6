import { createServer } from 'node:http'
import { drainOnSignal } from '../../../../gpu-service/drain-on-signal.ts'
import type { Serving } from '../../../../gpu-service/serving.ts'
import { createLogger } from '../../../../shared/log.ts'

/** A server in its own process that answers when told to, and reports which shutdown steps were called. */
const [graceMs = '10000', drainMs = '0'] = process.argv.slice(2)
const server = createServer((request, response) => {
  process.send?.('asked')
  if (request.url === '/slow') process.once('message', () => response.end('answered'))
  else response.end('at once')
}).listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})
const tell = (what: string) => async () => {
  process.send?.(what)
}
const serving = { ready: Promise.resolve(), drain: tell('drain'), close: tell('close') } as Partial<Serving> as Serving
drainOnSignal({
  server,
  serving,
  log: createLogger({ level: 'silent', name: 'test' }),
  drainMs: Number(drainMs),
  graceMs: Number(graceMs),
  exit: (code) => process.exit(code),
})

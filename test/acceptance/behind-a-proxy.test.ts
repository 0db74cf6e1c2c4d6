import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { runSlipway } from '../support/run-slipway.ts'
import { saidSample, start } from './started-host.ts'

it('sends only what is for other machines to the proxy that Node was told to use', async () => {
  const proxy = await startProxy()
  const settings = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url, http_proxy: proxy.url }
  const host = await start({ environment: { ...settings, HF_ENDPOINT: 'http://hub.example' } })
  await saidSample(host)
  const environment = { ...settings, SLIPWAY_DATA: host.dataDir }
  expect(await runSlipway(['status'], { environment })).toMatchObject({ code: 0 })
  expect(proxy.asked).toEqual([])

  await runSlipway(['pull', 'hf://team/model', '--detach'], { environment })
  await eventually(
    async () => proxy.asked[0],
    (asked) => asked !== undefined,
  )
  expect(proxy.asked[0]).toContain('hub.example')
})

/** A proxy that notes what it is asked for and leads nowhere. */
async function startProxy() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(502).end()
  })
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

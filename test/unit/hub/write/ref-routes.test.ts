import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { getRequestListener } from '@hono/node-server'
import { expect, it } from 'vitest'
import { freshHubs, repoOf } from '../uploads/fresh-hubs.ts'

const hubs = freshHubs()

it.each([
  ['no length and no body', ''],
  ['a length of 0', 'Content-Length: 0\r\n'],
])('creates a branch from a request with %s', async (_, length) => {
  const hub = await hubs.start()
  const person = hub.as('brancher')
  const repo = await repoOf('brancher', person)
  const server = createServer(getRequestListener((request) => hub.ask(request.url, request)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(
    `POST /api/models/${repo}/branch/dev HTTP/1.1\r\nHost: hub.test\r\nAuthorization: Bearer ${person.token}\r\n${length}Connection: close\r\n\r\n`,
  )
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /)
  await new Promise((done) => server.close(done))
})

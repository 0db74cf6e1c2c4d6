import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { limitBody, readJson } from '../../../shared/http/json-body.ts'

const ended: ((code: string) => void)[] = []
const app = new Hono()
app.onError((error, context) => {
  ended.shift()?.(error instanceof AppError ? error.code : error.message)
  return context.body(null, 499 as 500)
})
app.post('/', limitBody(1000), async (context) => context.json(await readJson(context, z.object({}))))
app.post('/failing', limitBody(1000), () => {
  throw new Error('the table is gone: ECONNRESET')
})
const server = createAdaptorServer({ fetch: app.fetch }) as Server

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => void server.close())

/** The error code of a request of which only `head` is sent; with `hangUp`, the caller then leaves. */
async function sent(head: string, { path = '/', hangUp = true } = {}): Promise<string> {
  const code = new Promise<string>((resolve) => ended.push(resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  const asked = once(server, 'request')
  socket.write(`POST ${path} HTTP/1.1\r\nHost: here\r\n${head}`)
  await asked
  if (hangUp) socket.end()
  const said = await code
  socket.destroy()
  return said
}

it('reports client_closed if the caller breaks off its body, with a content length or in chunks', async () => {
  expect(await sent('Content-Length: 100\r\n\r\n{"in')).toBe('client_closed')
  expect(await sent('Transfer-Encoding: chunked\r\n\r\n4\r\n{"in\r\n')).toBe('client_closed')
})

it('reports client_closed for an invalid chunk', async () => {
  const head = 'Transfer-Encoding: chunked\r\n\r\n4\r\n{"in\r\nno length\r\n'
  expect(await sent(head, { hangUp: false })).toBe('client_closed')
})

it('does not mistake a failure of a route for a caller that left', async () => {
  const head = 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'
  expect(await sent(head, { path: '/failing', hangUp: false })).toContain('the table is gone')
})

import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { createSignedReads } from '../../shared/table/signed-reads.ts'
import { openTable, type Table } from '../../shared/table/table.ts'
import { startTable } from '../support/dynoxide.ts'

const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'of a role' }
const key = { pk: 'a', sk: 'b' }

interface Asked {
  request: IncomingMessage
  body: string
}

let server: Server | undefined
let table: Table | undefined
afterEach(async () => {
  table?.close()
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
})

/** A table on a server that answers as the test says, and records the requests. */
async function start(answer: (at: number) => { status: number; body: object }) {
  const asked: Asked[] = []
  server = createServer(async (request, response) => {
    const { status, body } = answer(asked.push({ request, body: await text(request) }))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { endpoint, region: 'eu-central-1', credentials }
  const opened = openTable({ tableName: 'test', client, createReads: createSignedReads })
  table = opened
  return { table: opened, asked }
}

const found = { status: 200, body: { Item: { pk: { S: 'a' }, sk: { S: 'b' }, count: { N: '7' } } } }
const isOfSdk = ({ request }: Asked) => request.headers['user-agent'] !== undefined

it('a read is one request with an AWS signature', async () => {
  const { table, asked } = await start(() => found)
  expect(await table.get(key)).toEqual({ ...key, count: 7 })
  const [one] = asked
  if (one === undefined) throw new Error('nothing was asked')
  expect([asked.length, isOfSdk(one)]).toEqual([1, false])
  expect(one.request.headers['x-amz-security-token']).toBe('of a role')
  expect(one.request.headers.authorization).toBe(authorizationOf(one))
})

it('a failed read is repeated by the SDK, and later reads use the SDK for a while', async () => {
  const { table, asked } = await start((at) => (at === 1 ? { status: 500, body: {} } : found))
  expect(await table.get(key)).toEqual({ ...key, count: 7 })
  expect(await table.get(key)).toEqual({ ...key, count: 7 })
  expect(asked.map(isOfSdk)).toEqual([false, true, true])
})

it('every kind of read finds what was written, page by page', async () => {
  const database = await startTable()
  const items = Array.from({ length: 5 }, (_, at) => ({
    ...{ pk: 'kinds', sk: String(at), text: 'ü "B":', number: 1.5, none: null, list: [1, { deep: true }] },
    bytes: at === 2 ? new Uint8Array([1, 2, 255]) : undefined,
    words: new Set(['a', 'b']),
  }))
  await database.table.putMany(items)
  const [, , third] = items
  expect(await database.table.get({ pk: 'kinds', sk: '2' })).toMatchObject(third ?? {})
  const all = database.table.queryAll({
    ...{ expression: 'pk = :pk', values: { ':pk': 'kinds', ':absent': undefined }, consistent: true, limit: 2 },
  })
  expect(await Array.fromAsync(all)).toMatchObject(items.map(({ bytes: _, ...item }) => item))
  await database.close()
})

/** Signature version 4, implemented a second time. */
function authorizationOf({ request: { headers, method = '', url = '' }, body }: Asked): string {
  const date = String(headers['x-amz-date'])
  const scope = `${date.slice(0, 8)}/eu-central-1/dynamodb/aws4_request`
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
  const signed = names.split(';').map((name) => `${name}:${headers[name]}\n`)
  const canonical = [method, url, '', signed.join(''), names, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  const hmac = (secret: string | Buffer, value: string) => createHmac('sha256', secret).update(value).digest()
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  const signature = hmac(signingKey, toSign).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
}

const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex')

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { createS3ObjectStore } from '../../../shared/objects/s3-object-store.ts'

/** An S3 that records requests and answers with as little as the SDK needs. */
let server: Server
let asked: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[]
let objects: ObjectStore
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    asked.push({ method, url, headers, body: await text(request) })
    response.setHeader('content-type', 'application/xml')
    response.end('<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK', sessionToken: 'T' }
  const client = { endpoint, region: 'eu-central-1', forcePathStyle: true, credentials }
  objects = createS3ObjectStore({ bucket: 'models', client })
})
beforeEach(() => {
  asked = []
})
afterAll(() => server.close())

const expirySeconds = 600

it('signs no header but the host, because Hub clients send no others', async () => {
  const whole = new URL((await objects.uploadUrl?.({ key: 'staging/a/b', expirySeconds })) ?? '')
  expect(whole.searchParams.get('X-Amz-SignedHeaders')).toBe('host')
  expect(whole.searchParams.get('X-Amz-Expires')).toBe('600')
  expect([...whole.searchParams.keys()].filter((name) => /checksum|content-type/i.test(name))).toEqual([])
  expect(whole.pathname).toBe('/models/staging/a/b')
})

it('signs each part of an upload separately', async () => {
  const part = { uploadId: 'u1', partNumber: 7 }
  const url = new URL((await objects.uploadUrl?.({ key: 'staging/a/b', part, expirySeconds })) ?? '')
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host')
  expect([url.searchParams.get('uploadId'), url.searchParams.get('partNumber')]).toEqual(['u1', '7'])
  const other = { uploadId: 'u1', partNumber: 8 }
  const next = new URL((await objects.uploadUrl?.({ key: 'staging/a/b', part: other, expirySeconds })) ?? '')
  expect(next.searchParams.get('X-Amz-Signature')).not.toBe(url.searchParams.get('X-Amz-Signature'))
})

it('announces checksums of parts only if the server sends the parts', async () => {
  await objects.uploads.create({ key: 'staging/a/b' })
  await objects.uploads.create({ key: 'staging/a/b', partsFrom: 'clients' })
  const algorithms = asked.map(({ headers }) => headers['x-amz-checksum-algorithm'])
  expect(algorithms).toEqual(['CRC32', undefined])
})

it('completes an upload with the ETags that clients got from S3, quotes included', async () => {
  const parts = [
    { partNumber: 1, etag: '"abc"' },
    { partNumber: 2, etag: '{"etag":"\\"def\\"","crc32":"AAAA"}' },
  ]
  await objects.uploads.complete({ key: 'staging/a/b', uploadId: 'u1', parts }).catch(() => {})
  const body = asked[0]?.body.replaceAll('&quot;', '"')
  expect(body).toContain('<Part><ETag>"abc"</ETag><PartNumber>1</PartNumber></Part>')
  expect(body).toMatch(/<ETag>"def"<\/ETag>/)
  expect(body).toContain('<ChecksumCRC32>AAAA</ChecksumCRC32>')
})

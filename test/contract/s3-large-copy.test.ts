import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { ObjectChanged } from '../../shared/objects/object-store.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'

const gibibyte = 1024 ** 3

/** An S3 that claims to hold an object of 12 GiB, and records what it was asked to copy. */
async function startLargeObject({ changedAtPart = Number.POSITIVE_INFINITY } = {}) {
  const ranges: string[] = []
  const asked: string[] = []
  let running = 0
  let most = 0
  const several = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    request.resume()
    const url = new URL(request.url ?? '', 'http://s3')
    const range = request.headers['x-amz-copy-source-range']
    const answer = (status: number, xml = '') =>
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${xml}`)
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-length': String(12 * gibibyte), etag: '"large"' }).end()
    } else if (typeof range === 'string') {
      most = Math.max(most, ++running)
      if (running === 8) several.resolve()
      await several.promise
      running--
      ranges.push(`${request.headers['x-amz-copy-source-if-match']} ${range}`)
      if (ranges.length >= changedAtPart) answer(412, '<Error><Code>PreconditionFailed</Code></Error>')
      else answer(200, `<CopyPartResult><ETag>"${url.searchParams.get('partNumber')}"</ETag></CopyPartResult>`)
    } else {
      asked.push(`${request.method} ${running}`)
      const isCreation = request.method === 'POST' && url.searchParams.has('uploads')
      if (isCreation)
        answer(200, '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>')
      else answer(request.method === 'DELETE' ? 204 : 200, '<CompleteMultipartUploadResult/>')
    }
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const client = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  }
  const objects = createS3ObjectStore({ bucket: 'bucket', client })
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { objects, ranges, asked, most: () => most, [Symbol.dispose]: close }
}

const copy = { from: 'staging/imp_1/f', to: 'blobs/sha256/aa/f', ifMatch: '"large"' }

it('copies an object that is too large for one copy in parts, some at once, all from the content that was read', async () => {
  using large = await startLargeObject()
  await large.objects.copy(copy)
  const starts = large.ranges.map((range) => Number(/bytes=(\d+)-/.exec(range)?.[1])).toSorted((a, b) => a - b)
  expect(starts).toEqual(Array.from({ length: 24 }, (_, at) => (at * gibibyte) / 2))
  expect(large.ranges.every((range) => range.startsWith('"large" '))).toBe(true)
  expect(large.most()).toBe(8)
  expect(large.asked).toEqual(['POST 0', 'POST 0'])
})

it('aborts a copy in parts once its last part has ended if the object changes, and creates nothing', async () => {
  using large = await startLargeObject({ changedAtPart: 10 })
  await expect(large.objects.copy(copy)).rejects.toThrow(ObjectChanged)
  expect(large.asked).toEqual(['POST 0', 'DELETE 0'])
})

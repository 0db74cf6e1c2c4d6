import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'

/** An S3 that sends the beginning of an object, with a checksum that the SDK verifies, and then nothing. */
async function startStalled() {
  const server = createServer((_, response) => {
    const checksum = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-type': 'FULL_OBJECT' }
    response.writeHead(200, { 'content-length': '1000000', etag: '"x"', ...checksum })
    response.write(Buffer.alloc(100_000))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const client = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  }
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { server, client, objects: createS3ObjectStore({ bucket: 'b', client }), [Symbol.dispose]: close }
}

/** Seen from outside: a listener for its error would handle what the store has to. */
const isBroken = (body: AsyncIterable<Uint8Array>) => expect.poll(() => (body as Readable).destroyed).toBe(true)

it('a body that breaks before it is read causes no error elsewhere', async () => {
  using stalled = await startStalled()
  const over = new AbortController()
  const { body } = await stalled.objects.get({ key: 'x', signal: over.signal })
  over.abort(new Error('over'))
  await isBroken(body)
  await expect(buffer(body)).rejects.toThrow()

  const cut = await stalled.objects.get({ key: 'x' })
  stalled.server.closeAllConnections()
  await isBroken(cut.body)
  await expect(buffer(cut.body)).rejects.toThrow()
})

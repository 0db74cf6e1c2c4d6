import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import { objectStoreSuite } from './object-store.ts'
import { contentOf } from './test-store.ts'

/** `SLIPWAY_TEST_S3_ENDPOINT=http://127.0.0.1:7070` of any S3 server; credentials are set as for every AWS client. */
const endpoint = process.env.SLIPWAY_TEST_S3_ENDPOINT
const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'test',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
}

async function startBucket() {
  const client = { endpoint: endpoint ?? '', region: 'us-east-1', forcePathStyle: true, credentials }
  const bucket = `slipway-${randomUUID()}`
  const s3 = new S3Client(client)
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  s3.destroy()
  return { objects: createS3ObjectStore({ bucket, client }), close: async () => {} }
}

if (endpoint === undefined) {
  it.skip('the object store contract of S3: set SLIPWAY_TEST_S3_ENDPOINT to run it')
} else {
  objectStoreSuite('S3', startBucket, 5 * 1024 ** 2)

  it('gives a URL of one object that serves it whole, in parts, and under a given file name', async () => {
    const { objects } = await startBucket()
    const key = objectKeys.blob('a'.repeat(64))
    await objects.put({ key, body: Buffer.from('hello'), sizeBytes: 5 })
    const contentDisposition = `inline; filename*=UTF-8''n%C3%A4me%201.bin; filename="n_me 1.bin";`
    const contentType = 'application/octet-stream'
    const url = (await objects.downloadUrl?.({ key, contentType, contentDisposition })) ?? ''
    const whole = await fetch(url)
    const named = { 'content-type': contentType, 'content-disposition': contentDisposition, 'accept-ranges': 'bytes' }
    expect(Object.fromEntries(whole.headers)).toMatchObject(named)
    expect(await whole.text()).toBe('hello')
    const part = await fetch(url, { headers: { range: 'bytes=1-3' } })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 1-3/5', 'ell'])
    expect((await fetch(url.replace('a'.repeat(64), 'b'.repeat(64)))).status).toBe(403)
  })

  it('accepts an object from the holder of an upload URL, whole or in parts', async () => {
    const { objects } = await startBucket()
    const [whole, joined] = [objectKeys.staging('a', 'whole'), objectKeys.staging('a', 'joined')]
    const send = async (url = '', body = '') => {
      const answer = await fetch(url, { method: 'PUT', body: Buffer.from(body) })
      expect([answer.status, await answer.text()]).toEqual([200, ''])
      return answer.headers.get('etag') ?? ''
    }
    await send(await objects.uploadUrl?.({ key: whole, expirySeconds: 60 }), 'hello')
    expect(await contentOf(objects, whole)).toBe('hello')

    const { uploadId } = await objects.uploads.create({ key: joined, partsFrom: 'clients' })
    const texts = ['x'.repeat(5 * 1024 ** 2), 'the end']
    const parts = texts.map(async (text, at) => {
      const part = { uploadId, partNumber: at + 1 }
      const url = await objects.uploadUrl?.({ key: joined, part, expirySeconds: 60 })
      return { partNumber: at + 1, etag: await send(url, text) }
    })
    await objects.uploads.complete({ key: joined, uploadId, parts: await Promise.all(parts) })
    expect(await contentOf(objects, joined)).toBe(texts.join(''))
  })
}

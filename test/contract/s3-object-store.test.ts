import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { it } from 'vitest'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import { objectStoreSuite } from './object-store.ts'
import { uploadsSuite } from './uploads.ts'

/** `SLIPWAY_TEST_S3_ENDPOINT=http://127.0.0.1:7070` of any S3 server; the keys come as for every AWS client. */
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
  objectStoreSuite('S3', startBucket)
  uploadsSuite('S3', startBucket, 5 * 1024 ** 2)
}

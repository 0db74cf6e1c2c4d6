import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import { type ObjectStore, SizeMismatch, UploadMissing } from '../../shared/objects/object-store.ts'
import { bytes, contentOf, inChunks, keysBelow, type TestStore } from './object-store.ts'

/** What every object store holds to of objects written in parts. S3 wants 5 MiB of every part but the last. */
export function uploadsSuite(name: string, start: () => Promise<TestStore>, partBytes = 8) {
  describe(`uploads in parts to ${name}`, () => {
    const key = objectKeys.staging('imp_1', 'f')
    const text = (letter: string) => letter.repeat(partBytes)
    let store: TestStore
    let objects: ObjectStore
    const putPart = async (uploadId: string, partNumber: number, content: string) => ({
      partNumber,
      ...(await objects.uploads.putPart({
        key,
        uploadId,
        partNumber,
        body: bytes(content),
        sizeBytes: content.length,
      })),
    })

    beforeEach(async () => {
      store = await start()
      objects = store.objects
    })
    afterEach(() => store.close())

    it('joins parts that came in any order, and shows nothing before', async () => {
      const { uploadId } = await objects.uploads.create({ key })
      const last = await putPart(uploadId, 3, 'the end')
      const [first, second] = await Promise.all([putPart(uploadId, 1, text('a')), putPart(uploadId, 2, text('b'))])
      expect(await objects.head({ key })).toBeUndefined()
      expect(await keysBelow(objects, 'staging/')).toEqual([])
      await objects.uploads.complete({ key, uploadId, parts: [first, second, last] })
      expect(await contentOf(objects, key)).toBe(`${text('a')}${text('b')}the end`)
      expect(await keysBelow(objects, 'staging/')).toEqual([key])
    })

    it('counts the last of a part that is sent again', async () => {
      const { uploadId } = await objects.uploads.create({ key })
      await putPart(uploadId, 1, text('x'))
      const parts = [await putPart(uploadId, 1, text('a')), await putPart(uploadId, 2, 'b')]
      await objects.uploads.complete({ key, uploadId, parts })
      expect(await contentOf(objects, key)).toBe(`${text('a')}b`)
    })

    it('takes a part from a stream, and keeps nothing of one that breaks off or is of another size', async () => {
      const { uploadId } = await objects.uploads.create({ key })
      const part = { key, uploadId, partNumber: 1 }
      async function* breaking() {
        yield bytes('ab')
        throw new Error('the source went away')
      }
      await expect(objects.uploads.putPart({ ...part, body: breaking(), sizeBytes: 4 })).rejects.toThrow('went away')
      const short = objects.uploads.putPart({ ...part, body: inChunks('ab'), sizeBytes: 4 })
      await expect(short).rejects.toThrow(SizeMismatch)
      const whole = await objects.uploads.putPart({ ...part, body: inChunks('ab', 'cd'), sizeBytes: 4 })
      await objects.uploads.complete({ key, uploadId, parts: [{ partNumber: 1, ...whole }] })
      expect(await contentOf(objects, key)).toBe('abcd')
    })

    it('changes nothing when an upload is completed twice', async () => {
      const { uploadId } = await objects.uploads.create({ key })
      const parts = [await putPart(uploadId, 1, 'a')]
      await objects.uploads.complete({ key, uploadId, parts })
      await objects.uploads.complete({ key, uploadId, parts }).catch((error) => {
        expect(error).toBeInstanceOf(UploadMissing)
      })
      await expect(putPart(uploadId, 2, 'b')).rejects.toThrow(UploadMissing)
      await objects.uploads.abort({ key, uploadId })
      expect(await contentOf(objects, key)).toBe('a')
    })

    it('forgets an upload that is aborted, however often', async () => {
      const { uploadId } = await objects.uploads.create({ key })
      const parts = [await putPart(uploadId, 1, 'a')]
      await objects.uploads.abort({ key, uploadId })
      await objects.uploads.abort({ key, uploadId })
      await expect(objects.uploads.complete({ key, uploadId, parts })).rejects.toThrow(UploadMissing)
      await expect(putPart(uploadId, 1, 'a')).rejects.toThrow(UploadMissing)
      expect(await keysBelow(objects, 'staging/')).toEqual([])
    })

    it('tells of the uploads to keys below a prefix that are open, and of no other', async () => {
      const open = async (prefix: string, limit = 10) =>
        (await objects.uploads.open({ prefix, limit })).map((upload) => upload.key).toSorted()
      expect(await open('drop/')).toEqual([])
      const keys = ['drop/acme/m/v1/a', 'drop/acme/m/v1/sub/b ü.onnx', 'drop/acme/m/v10/c', 'drop/acme/m/v1/d']
      const begun: { key: string; uploadId: string }[] = []
      for (const one of keys) begun.push({ key: one, ...(await objects.uploads.create({ key: one })) })
      const [first, , , last] = begun
      expect(await open('drop/acme/m/v1/')).toEqual([keys[0], keys[3], keys[1]])
      expect(await open('drop/acme/m/v1/', 2)).toHaveLength(2)
      const part = { ...first, key: keys[0] ?? '', uploadId: first?.uploadId ?? '', partNumber: 1 }
      const { etag } = await objects.uploads.putPart({ ...part, body: bytes('a'), sizeBytes: 1 })
      await objects.uploads.complete({ ...part, parts: [{ partNumber: 1, etag }] })
      await objects.uploads.abort({ key: keys[3] ?? '', uploadId: last?.uploadId ?? '' })
      const [left] = await objects.uploads.open({ prefix: 'drop/acme/m/v1/', limit: 10 })
      expect(left).toMatchObject({ key: keys[1], uploadId: begun[1]?.uploadId })
      expect(Math.abs((left?.startedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
      expect(await open('drop/acme/m/v1/')).toHaveLength(1)
    })

    it('keeps two uploads of one key apart', async () => {
      const [one, two] = [await objects.uploads.create({ key }), await objects.uploads.create({ key })]
      const first = await putPart(one.uploadId, 1, 'one')
      await putPart(two.uploadId, 1, 'two')
      await objects.uploads.abort({ key, uploadId: two.uploadId })
      await objects.uploads.complete({ key, uploadId: one.uploadId, parts: [first] })
      expect(await contentOf(objects, key)).toBe('one')
    })

    it('replaces an object by the one that is put together', async () => {
      await objects.put({ key, body: bytes('old'), sizeBytes: 3 })
      const { uploadId } = await objects.uploads.create({ key })
      const parts = [await putPart(uploadId, 1, 'new one')]
      expect(await contentOf(objects, key)).toBe('old')
      await objects.uploads.complete({ key, uploadId, parts })
      expect(await contentOf(objects, key)).toBe('new one')
    })
  })
}

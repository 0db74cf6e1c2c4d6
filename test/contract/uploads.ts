import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import { SizeMismatch, UploadMissing } from '../../shared/objects/object-store.ts'
import { breakingAfter, bytes, contentOf, freshStore, inChunks, keysBelow, type StartStore } from './test-store.ts'

/** What every object store guarantees for uploads in parts. S3 requires at least 5 MiB for every part but the last. */
export function uploadsSuite(name: string, start: StartStore, partBytes = 8): void {
  describe(`uploads in parts to ${name}`, () => {
    const key = objectKeys.staging('imp_1', 'f')
    const text = (letter: string) => letter.repeat(partBytes)
    const store = freshStore(start)
    const putPart = async (uploadId: string, partNumber: number, content: string) => ({
      partNumber,
      ...(await store.objects.uploads.putPart({
        key,
        uploadId,
        partNumber,
        body: bytes(content),
        sizeBytes: content.length,
      })),
    })

    it('joins parts that arrived in any order, and shows nothing before', async () => {
      const { uploadId } = await store.objects.uploads.create({ key })
      const last = await putPart(uploadId, 3, 'the end')
      const [first, second] = await Promise.all([putPart(uploadId, 1, text('a')), putPart(uploadId, 2, text('b'))])
      expect(await store.objects.head({ key })).toBeUndefined()
      expect(await keysBelow(store.objects, 'staging/')).toEqual([])
      await store.objects.uploads.complete({ key, uploadId, parts: [first, second, last] })
      expect(await contentOf(store.objects, key)).toBe(`${text('a')}${text('b')}the end`)
      expect(await keysBelow(store.objects, 'staging/')).toEqual([key])
    })

    it('uses the latest version of a part that is sent again', async () => {
      const { uploadId } = await store.objects.uploads.create({ key })
      await putPart(uploadId, 1, text('x'))
      const parts = [await putPart(uploadId, 1, text('a')), await putPart(uploadId, 2, 'b')]
      await store.objects.uploads.complete({ key, uploadId, parts })
      expect(await contentOf(store.objects, key)).toBe(`${text('a')}b`)
    })

    it('accepts a part from a stream, and keeps nothing of one that breaks off or has another size', async () => {
      const { uploadId } = await store.objects.uploads.create({ key })
      const part = { key, uploadId, partNumber: 1 }
      await expect(store.objects.uploads.putPart({ ...part, body: breakingAfter('ab'), sizeBytes: 4 })).rejects.toThrow(
        'went away',
      )
      const short = store.objects.uploads.putPart({ ...part, body: inChunks('ab'), sizeBytes: 4 })
      await expect(short).rejects.toThrow(SizeMismatch)
      const whole = await store.objects.uploads.putPart({ ...part, body: inChunks('ab', 'cd'), sizeBytes: 4 })
      await store.objects.uploads.complete({ key, uploadId, parts: [{ partNumber: 1, ...whole }] })
      expect(await contentOf(store.objects, key)).toBe('abcd')
    })

    it('changes nothing if an upload is completed twice', async () => {
      const { uploadId } = await store.objects.uploads.create({ key })
      const parts = [await putPart(uploadId, 1, 'a')]
      await store.objects.uploads.complete({ key, uploadId, parts })
      await store.objects.uploads.complete({ key, uploadId, parts }).catch((error) => {
        expect(error).toBeInstanceOf(UploadMissing)
      })
      await expect(putPart(uploadId, 2, 'b')).rejects.toThrow(UploadMissing)
      await store.objects.uploads.abort({ key, uploadId })
      expect(await contentOf(store.objects, key)).toBe('a')
    })

    it('forgets an aborted upload, also if aborted twice', async () => {
      const { uploadId } = await store.objects.uploads.create({ key })
      const parts = [await putPart(uploadId, 1, 'a')]
      await store.objects.uploads.abort({ key, uploadId })
      await store.objects.uploads.abort({ key, uploadId })
      await expect(store.objects.uploads.complete({ key, uploadId, parts })).rejects.toThrow(UploadMissing)
      await expect(putPart(uploadId, 1, 'a')).rejects.toThrow(UploadMissing)
      expect(await keysBelow(store.objects, 'staging/')).toEqual([])
    })

    it('lists the open uploads to keys with a prefix, and no others', async () => {
      const open = async (prefix: string, limit = 10) =>
        (await store.objects.uploads.open({ prefix, limit })).map((upload) => upload.key).toSorted()
      expect(await open('drop/')).toEqual([])
      const keys = ['drop/acme/m/v1/a', 'drop/acme/m/v1/sub/b ü.onnx', 'drop/acme/m/v10/c', 'drop/acme/m/v1/d']
      const begun: { key: string; uploadId: string }[] = []
      for (const one of keys) begun.push({ key: one, ...(await store.objects.uploads.create({ key: one })) })
      const [first, , , last] = begun
      expect(await open('drop/acme/m/v1/')).toEqual([keys[0], keys[3], keys[1]])
      expect(await open('drop/acme/m/v1/', 2)).toHaveLength(2)
      const part = { ...first, key: keys[0] ?? '', uploadId: first?.uploadId ?? '', partNumber: 1 }
      const { etag } = await store.objects.uploads.putPart({ ...part, body: bytes('a'), sizeBytes: 1 })
      await store.objects.uploads.complete({ ...part, parts: [{ partNumber: 1, etag }] })
      await store.objects.uploads.abort({ key: keys[3] ?? '', uploadId: last?.uploadId ?? '' })
      const [left] = await store.objects.uploads.open({ prefix: 'drop/acme/m/v1/', limit: 10 })
      expect(left).toMatchObject({ key: keys[1], uploadId: begun[1]?.uploadId })
      expect(Math.abs((left?.startedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
      expect(await open('drop/acme/m/v1/')).toHaveLength(1)
    })

    it('keeps two uploads to one key apart', async () => {
      const [one, two] = [await store.objects.uploads.create({ key }), await store.objects.uploads.create({ key })]
      const first = await putPart(one.uploadId, 1, 'one')
      await putPart(two.uploadId, 1, 'two')
      await store.objects.uploads.abort({ key, uploadId: two.uploadId })
      await store.objects.uploads.complete({ key, uploadId: one.uploadId, parts: [first] })
      expect(await contentOf(store.objects, key)).toBe('one')
    })

    it('replaces an existing object on completion', async () => {
      await store.put(key, 'old')
      const { uploadId } = await store.objects.uploads.create({ key })
      const parts = [await putPart(uploadId, 1, 'new one')]
      expect(await contentOf(store.objects, key)).toBe('old')
      await store.objects.uploads.complete({ key, uploadId, parts })
      expect(await contentOf(store.objects, key)).toBe('new one')
    })
  })
}

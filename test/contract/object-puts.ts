import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import { ChecksumMismatch, SizeMismatch } from '../../shared/objects/object-store.ts'
import {
  breakingAfter,
  bytes,
  contentOf,
  freshStore,
  inChunks,
  keysBelow,
  manifest,
  type StartStore,
  sha256,
} from './test-store.ts'

/** What every object store guarantees for puts. */
export function putsSuite(name: string, start: StartStore): void {
  describe(`objects put into ${name}`, () => {
    const store = freshStore(start)

    it('returns what was put, with the same size and ETag from head, get and list', async () => {
      const key = manifest('a')
      expect(await store.objects.put({ key, body: inChunks('one ', 'two'), sizeBytes: 7 })).toBe('written')
      const head = await store.objects.head({ key })
      const { sizeBytes, etag, body } = await store.objects.get({ key })
      expect((await buffer(body)).toString()).toBe('one two')
      expect(head).toMatchObject({ key, sizeBytes: 7, etag })
      expect(sizeBytes).toBe(7)
      expect((await store.objects.list({ prefix: 'manifests/' })).objects).toMatchObject([{ key, sizeBytes: 7, etag }])
      expect(Math.abs((head?.modifiedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
    })

    it('accepts a stream of chunks of any size', async () => {
      const key = manifest('a')
      async function* pieces() {
        for (let size = 1; size < 3000; size += 7) yield Buffer.alloc(size, 'x')
      }
      const sizeBytes = (await buffer(pieces())).length
      await store.objects.put({ key, body: pieces(), sizeBytes })
      expect((await contentOf(store.objects, key)).length).toBe(sizeBytes)
    })

    it('accepts an empty object', async () => {
      const key = manifest('empty')
      await store.objects.put({ key, body: inChunks(), sizeBytes: 0, sha256: sha256(bytes('')) })
      expect(await contentOf(store.objects, key)).toBe('')
      expect(await store.objects.head({ key })).toMatchObject({ sizeBytes: 0 })
    })

    it('accepts a buffer or a stream with its sha256', async () => {
      const content = bytes('checked')
      for (const body of [content, inChunks('check', 'ed')]) {
        const key = objectKeys.blob(sha256(content))
        await store.objects.put({ key, body, sizeBytes: content.length, sha256: sha256(content) })
        expect(await contentOf(store.objects, key)).toBe('checked')
      }
    })

    it('replaces an object as a whole, including its ETag', async () => {
      const key = manifest('a')
      await store.put(key, 'a long first text')
      const before = await store.objects.head({ key })
      await store.put(key, 'second')
      expect(await contentOf(store.objects, key)).toBe('second')
      expect((await store.objects.head({ key }))?.etag).not.toBe(before?.etag)
    })

    it.each([
      ['a buffer', () => bytes('wrong')],
      ['a stream', () => inChunks('wr', 'ong')],
    ])('keeps nothing of %s with another sha256', async (_, body) => {
      const key = manifest('a')
      const wanted = sha256(bytes('right'))
      await expect(store.objects.put({ key, body: body(), sizeBytes: 5, sha256: wanted })).rejects.toThrow(
        ChecksumMismatch,
      )
      expect(await store.objects.head({ key })).toBeUndefined()
      expect(await keysBelow(store.objects, 'manifests/')).toEqual([])
    })

    it('keeps the old object if the new one is refused', async () => {
      const key = manifest('a')
      await store.put(key, 'old')
      const wrong = { key, body: bytes('new'), sizeBytes: 3, sha256: sha256(bytes('other')) }
      await expect(store.objects.put(wrong)).rejects.toThrow(ChecksumMismatch)
      await expect(store.objects.put({ key, body: breakingAfter('n'), sizeBytes: 3 })).rejects.toThrow('went away')
      expect(await contentOf(store.objects, key)).toBe('old')
    })

    it.each([
      ['a buffer that is too short', () => bytes('123'), 4],
      ['a buffer that is too long', () => bytes('12345'), 4],
      ['a stream that is too short', () => inChunks('12', '3'), 4],
      ['a stream that is too long', () => inChunks('12', '345'), 4],
      ['a stream that goes on after its end', () => inChunks('1234', '5'), 4],
    ])('keeps nothing of %s', async (_, body, sizeBytes) => {
      const key = manifest('a')
      await expect(store.objects.put({ key, body: body(), sizeBytes })).rejects.toThrow(SizeMismatch)
      expect(await store.objects.head({ key })).toBeUndefined()
    })

    it('keeps nothing of a stream that breaks off, and passes its error on', async () => {
      const key = manifest('a')
      const broken = store.objects.put({ key, body: breakingAfter('123'), sizeBytes: 1_000_000 })
      await expect(broken).rejects.toThrow('the source went away')
      expect(await store.objects.head({ key })).toBeUndefined()
    })

    it('shows nothing of an object that is still being written', async () => {
      const key = manifest('a')
      const gate = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<void>()
      async function* slow() {
        yield bytes('first ')
        begun.resolve()
        await gate.promise
        yield bytes('second')
      }
      const writing = store.objects.put({ key, body: slow(), sizeBytes: 12 })
      await begun.promise
      expect(await store.objects.head({ key })).toBeUndefined()
      expect(await keysBelow(store.objects, 'manifests/')).toEqual([])
      gate.resolve()
      await writing
      expect(await contentOf(store.objects, key)).toBe('first second')
    })

    it('leaves an existing object unchanged if asked to', async () => {
      const key = manifest('a')
      await store.put(key, 'first')
      expect(await store.objects.put({ key, body: inChunks('other'), sizeBytes: 5, ifAbsent: true })).toBe('exists')
      expect(await contentOf(store.objects, key)).toBe('first')
    })

    it('lets exactly one of several concurrent writers of an absent object win', async () => {
      const key = manifest('a')
      const texts = ['one', 'two', 'six', 'ten']
      const outcomes = await Promise.allSettled(
        texts.map((text) => store.objects.put({ key, body: bytes(text), sizeBytes: 3, ifAbsent: true })),
      )
      const winners = texts.filter((_, at) => outcomes[at]?.status === 'fulfilled' && outcomes[at].value === 'written')
      expect(winners).toEqual([await contentOf(store.objects, key)])
    })
  })
}

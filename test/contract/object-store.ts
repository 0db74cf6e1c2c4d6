import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import {
  ChecksumMismatch,
  ObjectChanged,
  ObjectMissing,
  type ObjectStore,
  SizeMismatch,
} from '../../shared/objects/object-store.ts'

export interface TestStore {
  objects: ObjectStore
  close(): Promise<void>
}

export const bytes = (text: string): Uint8Array => Buffer.from(text)
export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
export const contentOf = async (objects: ObjectStore, key: string): Promise<string> =>
  (await buffer((await objects.get({ key })).body)).toString()
export const keysBelow = async (objects: ObjectStore, prefix: string): Promise<string[]> =>
  (await objects.list({ prefix })).objects.map(({ key }) => key)

export async function* inChunks(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield bytes(chunk)
}
async function* breakingAfter(text: string): AsyncGenerator<Uint8Array> {
  yield bytes(text)
  throw new Error('the source went away')
}

const manifest = (name: string) => objectKeys.manifest('acme/model', name)

/** What every object store holds to, whatever keeps its bytes. */
export function objectStoreSuite(name: string, start: () => Promise<TestStore>) {
  describe(`the objects of ${name}`, () => {
    let store: TestStore
    let objects: ObjectStore
    const put = (key: string, text: string) =>
      objects.put({ key, body: bytes(text), sizeBytes: Buffer.byteLength(text) })

    beforeEach(async () => {
      store = await start()
      objects = store.objects
    })
    afterEach(() => store.close())

    it('gives back what was put, with its size and one ETag from head, get and list', async () => {
      const key = manifest('a')
      expect(await objects.put({ key, body: inChunks('one ', 'two'), sizeBytes: 7 })).toBe('written')
      const head = await objects.head({ key })
      const { sizeBytes, etag, body } = await objects.get({ key })
      expect((await buffer(body)).toString()).toBe('one two')
      expect(head).toMatchObject({ key, sizeBytes: 7, etag })
      expect(sizeBytes).toBe(7)
      expect((await objects.list({ prefix: 'manifests/' })).objects).toMatchObject([{ key, sizeBytes: 7, etag }])
      expect(Math.abs((head?.modifiedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
    })

    it('takes a stream in pieces of any size', async () => {
      const key = manifest('a')
      async function* pieces() {
        for (let size = 1; size < 3000; size += 7) yield Buffer.alloc(size, 'x')
      }
      const sizeBytes = (await buffer(pieces())).length
      await objects.put({ key, body: pieces(), sizeBytes })
      expect((await contentOf(objects, key)).length).toBe(sizeBytes)
    })

    it('takes an empty object', async () => {
      const key = manifest('empty')
      await objects.put({ key, body: inChunks(), sizeBytes: 0, sha256: sha256(bytes('')) })
      expect(await contentOf(objects, key)).toBe('')
      expect(await objects.head({ key })).toMatchObject({ sizeBytes: 0 })
    })

    it('takes content from a buffer and from a stream with its sha256', async () => {
      const content = bytes('checked')
      for (const body of [content, inChunks('check', 'ed')]) {
        const key = objectKeys.blob(sha256(content))
        await objects.put({ key, body, sizeBytes: content.length, sha256: sha256(content) })
        expect(await contentOf(objects, key)).toBe('checked')
      }
    })

    it('replaces an object whole, and its ETag with it', async () => {
      const key = manifest('a')
      await put(key, 'a long first text')
      const before = await objects.head({ key })
      await put(key, 'second')
      expect(await contentOf(objects, key)).toBe('second')
      expect((await objects.head({ key }))?.etag).not.toBe(before?.etag)
    })

    it.each([
      ['a buffer', () => bytes('wrong')],
      ['a stream', () => inChunks('wr', 'ong')],
    ])('keeps nothing of %s whose sha256 is another', async (_, body) => {
      const key = manifest('a')
      const wanted = sha256(bytes('right'))
      await expect(objects.put({ key, body: body(), sizeBytes: 5, sha256: wanted })).rejects.toThrow(ChecksumMismatch)
      expect(await objects.head({ key })).toBeUndefined()
      expect(await keysBelow(objects, 'manifests/')).toEqual([])
    })

    it('keeps the old object where the new one is refused', async () => {
      const key = manifest('a')
      await put(key, 'old')
      const wrong = { key, body: bytes('new'), sizeBytes: 3, sha256: sha256(bytes('other')) }
      await expect(objects.put(wrong)).rejects.toThrow(ChecksumMismatch)
      await expect(objects.put({ key, body: breakingAfter('n'), sizeBytes: 3 })).rejects.toThrow('went away')
      expect(await contentOf(objects, key)).toBe('old')
    })

    it.each([
      ['a buffer that is too short', () => bytes('123'), 4],
      ['a buffer that is too long', () => bytes('12345'), 4],
      ['a stream that is too short', () => inChunks('12', '3'), 4],
      ['a stream that is too long', () => inChunks('12', '345'), 4],
      ['a stream that goes on after its end', () => inChunks('1234', '5'), 4],
    ])('keeps nothing of %s', async (_, body, sizeBytes) => {
      const key = manifest('a')
      await expect(objects.put({ key, body: body(), sizeBytes })).rejects.toThrow(SizeMismatch)
      expect(await objects.head({ key })).toBeUndefined()
    })

    it('keeps nothing of a stream that breaks off, and says why it did', async () => {
      const key = manifest('a')
      const broken = objects.put({ key, body: breakingAfter('123'), sizeBytes: 1_000_000 })
      await expect(broken).rejects.toThrow('the source went away')
      expect(await objects.head({ key })).toBeUndefined()
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
      const writing = objects.put({ key, body: slow(), sizeBytes: 12 })
      await begun.promise
      expect(await objects.head({ key })).toBeUndefined()
      expect(await keysBelow(objects, 'manifests/')).toEqual([])
      gate.resolve()
      await writing
      expect(await contentOf(objects, key)).toBe('first second')
    })

    it('leaves an object that is there as it is when asked to', async () => {
      const key = manifest('a')
      await put(key, 'first')
      expect(await objects.put({ key, body: inChunks('other'), sizeBytes: 5, ifAbsent: true })).toBe('exists')
      expect(await contentOf(objects, key)).toBe('first')
    })

    it('lets one of many win that write an absent object at once', async () => {
      const key = manifest('a')
      const texts = ['one', 'two', 'six', 'ten']
      const outcomes = await Promise.allSettled(
        texts.map((text) => objects.put({ key, body: bytes(text), sizeBytes: 3, ifAbsent: true })),
      )
      const winners = texts.filter((_, at) => outcomes[at]?.status === 'fulfilled' && outcomes[at].value === 'written')
      expect(winners).toEqual([await contentOf(objects, key)])
    })

    it.each([
      [0, 0, '0'],
      [2, 5, '2345'],
      [0, 9, '0123456789'],
      [9, 9, '9'],
      [8, 100, '89'],
    ])('gives the bytes %i to %i, both included, and the size of the whole', async (start, end, expected) => {
      const key = manifest('a')
      await put(key, '0123456789')
      const { sizeBytes, body } = await objects.get({ key, range: { start, end } })
      expect([(await buffer(body)).toString(), sizeBytes]).toEqual([expected, 10])
    })

    it('refuses a range that begins behind the end', async () => {
      await put(manifest('a'), '0123')
      await expect(objects.get({ key: manifest('a'), range: { start: 4, end: 4 } })).rejects.toThrow(RangeError)
    })

    it('says that an object is not there', async () => {
      const key = manifest('nothing')
      expect(await objects.head({ key })).toBeUndefined()
      await expect(objects.get({ key })).rejects.toThrow(ObjectMissing)
      await expect(objects.copy({ from: key, to: manifest('b') })).rejects.toThrow(ObjectMissing)
    })

    it('deletes what is there and does not mind what is not', async () => {
      await put(manifest('a'), 'a')
      await put(manifest('b'), 'b')
      await objects.delete({ keys: [manifest('a'), manifest('nothing'), 'drop/nobody/nothing/v1/x'] })
      await objects.delete({ keys: [] })
      expect(await keysBelow(objects, 'manifests/')).toEqual([manifest('b')])
    })

    it('copies an object, also over another one, over a copy of itself and out of a drop', async () => {
      const dropped = 'drop/acme/model/v1/a b+ü.txt'
      await put(dropped, 'dropped')
      await put(manifest('a'), 'content')
      await put(manifest('b'), 'other')
      for (let again = 0; again < 2; again++) await objects.copy({ from: manifest('a'), to: manifest('b') })
      await objects.copy({ from: dropped, to: manifest('c') })
      expect(await contentOf(objects, manifest('b'))).toBe('content')
      expect(await contentOf(objects, manifest('c'))).toBe('dropped')
      await objects.delete({ keys: [manifest('a')] })
      expect(await contentOf(objects, manifest('b'))).toBe('content')
      await put(dropped, 'changed')
      expect(await contentOf(objects, manifest('c'))).toBe('dropped')
    })

    it.each(['staging/imp_1/f', 'drop/acme/model/v1/f'])(
      'copies the content that was read or nothing: %s',
      async (from) => {
        await put(from, 'hashed')
        const { body, etag } = await objects.get({ key: from })
        await buffer(body)
        await put(from, 'forged')
        await expect(objects.copy({ from, to: manifest('a'), ifMatch: etag })).rejects.toThrow(ObjectChanged)
        expect(await objects.head({ key: manifest('a') })).toBeUndefined()
        const now = (await objects.head({ key: from }))?.etag ?? ''
        await objects.copy({ from, to: manifest('a'), ifMatch: now })
        expect(await contentOf(objects, manifest('a'))).toBe('forged')
      },
    )

    it('holds nothing of bodies that are given up before they are read, however many', async () => {
      const key = manifest('a')
      await put(key, 'x'.repeat(300_000))
      for (let at = 0; at < 120; at++) await (await objects.get({ key })).cancel()
      const { body, cancel } = await objects.get({ key })
      await body[Symbol.asyncIterator]().next()
      await cancel()
      await cancel()
      expect((await contentOf(objects, key)).length).toBe(300_000)
    })

    it('ends a body under way when its signal is aborted, read or not', async () => {
      const key = manifest('a')
      await put(key, 'x'.repeat(3_000_000))
      const stopping = new AbortController()
      const unread = await objects.get({ key, signal: stopping.signal })
      const { body } = await objects.get({ key, signal: stopping.signal })
      const reading = body[Symbol.asyncIterator]()
      await reading.next()
      stopping.abort(new Error('no time is left'))
      await expect(buffer({ [Symbol.asyncIterator]: () => reading })).rejects.toThrow()
      await expect(objects.get({ key, signal: stopping.signal })).rejects.toThrow()
      await expect(buffer(unread.body)).rejects.toThrow()
    })

    it('lists what starts with a prefix, and only that', async () => {
      for (const key of ['drop/a/b/v1/x', 'drop/a/b/v1/sub/y', 'drop/a/b/v10/z', 'drop/a/bc/v1/w']) await put(key, 'x')
      expect(await keysBelow(objects, 'drop/a/b/v1/')).toEqual(['drop/a/b/v1/sub/y', 'drop/a/b/v1/x'])
      expect(await keysBelow(objects, 'drop/a/b/v1')).toHaveLength(3)
      expect(await keysBelow(objects, 'drop/a/b')).toHaveLength(4)
      expect(await keysBelow(objects, 'drop/nobody/')).toEqual([])
    })

    it('lists in the order of UTF-8 bytes, however the pages are cut, and every object once', async () => {
      const names = ['Z', 'a', 'a!', 'a/b', 'a0', 'ab', 'z', 'é', '\u{ff5e}', '\u{1f600}', 'a b', 'a+b']
      const keys = names.map((text) => `drop/acme/model/v1/${text === 'a' ? 'aa' : text}`)
      for (const key of keys) await put(key, 'x')
      const expected = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      for (const limit of [1, 5, 12, 1000]) {
        const found: string[] = []
        let cursor: string | undefined
        do {
          const page = await objects.list({ prefix: 'drop/', limit, cursor })
          expect(page.objects.length).toBeLessThanOrEqual(limit)
          found.push(...page.objects.map(({ key }) => key))
          cursor = page.cursor
        } while (cursor !== undefined)
        expect(found).toEqual(expected)
      }
    })
  })
}

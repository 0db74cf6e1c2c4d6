import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ObjectMissing } from '../../shared/objects/object-store.ts'
import { contentOf, freshStore, manifest, type StartStore } from './test-store.ts'

/** What every object store guarantees for reads. */
export function readsSuite(name: string, start: StartStore): void {
  describe(`objects read from ${name}`, () => {
    const store = freshStore(start)

    it.each([
      [0, 0, '0'],
      [2, 5, '2345'],
      [0, 9, '0123456789'],
      [9, 9, '9'],
      [8, 100, '89'],
    ])('returns the bytes %i to %i, both included, and the size of the whole', async (start, end, expected) => {
      const key = manifest('a')
      await store.put(key, '0123456789')
      const { sizeBytes, body } = await store.objects.get({ key, range: { start, end } })
      expect([(await buffer(body)).toString(), sizeBytes]).toEqual([expected, 10])
    })

    it('refuses a range that begins after the end', async () => {
      await store.put(manifest('a'), '0123')
      await expect(store.objects.get({ key: manifest('a'), range: { start: 4, end: 4 } })).rejects.toThrow(RangeError)
    })

    it('reports a missing object', async () => {
      const key = manifest('nothing')
      expect(await store.objects.head({ key })).toBeUndefined()
      await expect(store.objects.get({ key })).rejects.toThrow(ObjectMissing)
      await expect(store.objects.copy({ from: key, to: manifest('b') })).rejects.toThrow(ObjectMissing)
    })

    it('holds no resources for bodies that are cancelled before they are read', async () => {
      const key = manifest('a')
      await store.put(key, 'x'.repeat(300_000))
      for (let at = 0; at < 120; at++) await (await store.objects.get({ key })).cancel()
      const { body, cancel } = await store.objects.get({ key })
      await body[Symbol.asyncIterator]().next()
      await cancel()
      await cancel()
      expect((await contentOf(store.objects, key)).length).toBe(300_000)
    })

    it('ends a body in progress when its signal is aborted, read or not', async () => {
      const key = manifest('a')
      await store.put(key, 'x'.repeat(3_000_000))
      const stopping = new AbortController()
      const unread = await store.objects.get({ key, signal: stopping.signal })
      const { body } = await store.objects.get({ key, signal: stopping.signal })
      const reading = body[Symbol.asyncIterator]()
      await reading.next()
      stopping.abort(new Error('no time is left'))
      await expect(buffer({ [Symbol.asyncIterator]: () => reading })).rejects.toThrow()
      await expect(store.objects.get({ key, signal: stopping.signal })).rejects.toThrow()
      await expect(buffer(unread.body)).rejects.toThrow()
    })
  })
}

import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ObjectChanged } from '../../shared/objects/object-store.ts'
import { contentOf, freshStore, keysBelow, manifest, type StartStore } from './test-store.ts'

/** What every object store guarantees for copies and deletes. */
export function copiesSuite(name: string, start: StartStore): void {
  describe(`copies within ${name}`, () => {
    const store = freshStore(start)

    it('copies an object, also over another one, over a copy of itself and out of a drop', async () => {
      const dropped = 'drop/acme/model/v1/a b+ü.txt'
      await store.put(dropped, 'dropped')
      await store.put(manifest('a'), 'content')
      await store.put(manifest('b'), 'other')
      for (let again = 0; again < 2; again++) await store.objects.copy({ from: manifest('a'), to: manifest('b') })
      await store.objects.copy({ from: dropped, to: manifest('c') })
      expect(await contentOf(store.objects, manifest('b'))).toBe('content')
      expect(await contentOf(store.objects, manifest('c'))).toBe('dropped')
      await store.objects.delete({ keys: [manifest('a')] })
      expect(await contentOf(store.objects, manifest('b'))).toBe('content')
      await store.put(dropped, 'changed')
      expect(await contentOf(store.objects, manifest('c'))).toBe('dropped')
    })

    it.each(['staging/imp_1/f', 'drop/acme/model/v1/f'])(
      'copies the content that was read or nothing: %s',
      async (from) => {
        await store.put(from, 'hashed')
        const { body, etag } = await store.objects.get({ key: from })
        await buffer(body)
        await store.put(from, 'forged')
        await expect(store.objects.copy({ from, to: manifest('a'), ifMatch: etag })).rejects.toThrow(ObjectChanged)
        expect(await store.objects.head({ key: manifest('a') })).toBeUndefined()
        const now = (await store.objects.head({ key: from }))?.etag ?? ''
        await store.objects.copy({ from, to: manifest('a'), ifMatch: now })
        expect(await contentOf(store.objects, manifest('a'))).toBe('forged')
      },
    )

    it('deletes what exists and ignores what does not', async () => {
      await store.put(manifest('a'), 'a')
      await store.put(manifest('b'), 'b')
      await store.objects.delete({ keys: [manifest('a'), manifest('nothing'), 'drop/nobody/nothing/v1/x'] })
      await store.objects.delete({ keys: [] })
      expect(await keysBelow(store.objects, 'manifests/')).toEqual([manifest('b')])
    })
  })
}

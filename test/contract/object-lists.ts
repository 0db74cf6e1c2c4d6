import { describe, expect, it } from 'vitest'
import { freshStore, keysBelow, type StartStore } from './test-store.ts'

/** What every object store guarantees for lists. */
export function listsSuite(name: string, start: StartStore): void {
  describe(`lists of ${name}`, () => {
    const store = freshStore(start)

    it('lists what starts with a prefix, and only that', async () => {
      for (const key of ['drop/a/b/v1/x', 'drop/a/b/v1/sub/y', 'drop/a/b/v10/z', 'drop/a/bc/v1/w'])
        await store.put(key, 'x')
      expect(await keysBelow(store.objects, 'drop/a/b/v1/')).toEqual(['drop/a/b/v1/sub/y', 'drop/a/b/v1/x'])
      expect(await keysBelow(store.objects, 'drop/a/b/v1')).toHaveLength(3)
      expect(await keysBelow(store.objects, 'drop/a/b')).toHaveLength(4)
      expect(await keysBelow(store.objects, 'drop/nobody/')).toEqual([])
    })

    it('lists in the order of UTF-8 bytes, in pages of any size, every object once', async () => {
      const names = ['Z', 'a', 'a!', 'a/b', 'a0', 'ab', 'z', 'é', '\u{ff5e}', '\u{1f600}', 'a b', 'a+b']
      const keys = names.map((text) => `drop/acme/model/v1/${text === 'a' ? 'aa' : text}`)
      for (const key of keys) await store.put(key, 'x')
      const expected = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      for (const limit of [1, 5, 12, 1000]) {
        const found: string[] = []
        let cursor: string | undefined
        do {
          const page = await store.objects.list({ prefix: 'drop/', limit, cursor })
          expect(page.objects.length).toBeLessThanOrEqual(limit)
          found.push(...page.objects.map(({ key }) => key))
          cursor = page.cursor
        } while (cursor !== undefined)
        expect(found).toEqual(expected)
      }
    })
  })
}

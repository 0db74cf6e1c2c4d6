import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bytesOf, createDigestSet } from '../../../functions/maintenance/digest-set.ts'

const hash = (text: unknown) => createHash('sha256').update(String(text)).digest('hex')

describe('a set of hashes', () => {
  it('contains what was added and nothing else, even after it has grown', () => {
    const set = createDigestSet()
    for (let index = 0; index < 20_000; index++) expect(set.add(hash(index))).toBe(true)
    expect(set.add(hash(7))).toBe(false)
    expect(set.size).toBe(20_000)
    for (let index = 0; index < 20_000; index++) if (!set.has(hash(index))) expect.fail(`${index} is lost`)
    for (let index = 20_000; index < 40_000; index++) if (set.has(hash(index))) expect.fail(`${index} is not in it`)
  })

  it('can be restored from its bytes', () => {
    const hashes = Array.from({ length: 5000 }, (_, index) => hash(index))
    const set = createDigestSet()
    set.addAll(bytesOf(hashes))
    expect(set.size).toBe(5000)
    expect(hashes.every((one) => set.has(one))).toBe(true)
    expect(set.has(hash('other'))).toBe(false)
  })

  it('accepts bytes at any offset of a larger buffer', () => {
    const bytes = bytesOf([hash(1), hash(2)])
    const shifted = Buffer.alloc(bytes.length + 8, 7)
    shifted.set(bytes, 1)
    const set = createDigestSet()
    set.addAll(shifted.subarray(1, 1 + bytes.length))
    expect([set.size, set.has(hash(1)), set.has(hash(2))]).toEqual([2, true, true])
  })
})

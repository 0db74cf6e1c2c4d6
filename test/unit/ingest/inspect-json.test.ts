import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonMembers } from '../../../functions/ingest/inspect/json-members.ts'
import { keepable } from '../../../functions/ingest/inspect/keepable.ts'
import { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { itemSizeBytes } from '../../../shared/table/item-size.ts'

const fromTable = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/lib-dynamodb'))
const { marshall, unmarshall } = fromTable('@aws-sdk/util-dynamodb')

async function membersOf(text: string, within?: string) {
  const bytes = Buffer.from(text)
  const read = async ({ start, end }: { start: number; end: number }) => bytes.subarray(start, end + 1)
  const reader = new ByteReader({ sizeBytes: bytes.length, read })
  return Array.fromAsync(jsonMembers({ reader, end: bytes.length, ...(within !== undefined && { within }) }))
}

describe('jsonMembers', () => {
  const space = fc.constantFrom(0, 2)
  const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())

  it('yields the members of any object, parsed', async () => {
    await fc.assert(
      fc.asyncProperty(object, space, async (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(await membersOf(text)).toEqual(Object.entries(JSON.parse(text)))
      }),
      { numRuns: 500 },
    )
  })

  it('yields the members of a nested object', async () => {
    await fc.assert(
      fc.asyncProperty(object, object, space, async (around, inner, indent) => {
        const text = JSON.stringify({ ...around, weight_map: inner, 'weight_map ': 1 }, null, indent)
        expect(await membersOf(text, 'weight_map')).toEqual(Object.entries(JSON.parse(text).weight_map))
      }),
      { numRuns: 500 },
    )
  })

  it('yields members that are split between two chunks at any place', async () => {
    for (let before = 65_500; before < 65_540; before += 1) {
      const text = `{"a":"${'x'.repeat(before)}","\\"b}":{"c":["}",1]},"d":2}`
      expect((await membersOf(text)).slice(1)).toEqual([
        ['"b}', { c: ['}', 1] }],
        ['d', 2],
      ])
    }
  })

  it('skips values that are too long', async () => {
    expect(await membersOf(`{"long":"${'x'.repeat(3_000_000)}","b":1}`)).toEqual([
      ['long', undefined],
      ['b', 1],
    ])
  })

  it.each(['', ' ', '[1]', '5', 'x{}', '{"a":1', '{"a":[1}', '{"a" 1}', '{a:1}', '{"a":1 "b":2}', '{"a":"', '}'])(
    'refuses %j',
    async (text) => {
      await expect(membersOf(text)).rejects.toThrow()
    },
  )

  it('ends for any text', async () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'a', '"w":', ' ')
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.constantFrom(undefined, 'w'), async (pieces, within) => {
        await membersOf(pieces.join(''), within).catch((error) => expect(error).toBeInstanceOf(Error))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('keepable', () => {
  const value = fc.anything({
    maxDepth: 12,
    values: [
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.maxSafeInteger(),
      fc.bigInt(),
      fc.constantFrom(null, undefined, Number.NaN, 1e300, 5e-324, 2 ** 60, true),
    ],
    key: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '')),
  })

  it('makes any value fit for a table, within its size limit', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 2000 }), (said, bytesMax) => {
        const kept = keepable(said, bytesMax)
        expect(itemSizeBytes(kept)).toBeLessThanOrEqual(bytesMax + 4)
        expect(unmarshall(marshall({ kept }, { removeUndefinedValues: true }))).toEqual({ kept })
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps a fit value unchanged', () => {
    const said = { a: [1, -2.5, 0, null, true, 'ü😀'], b: { c: { d: [] } }, e: {} }
    expect(keepable(said, 1000)).toEqual(said)
  })

  it('leaves out what is too deep, too long or not JSON', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep]
    expect(JSON.stringify(keepable({ deep, long: 'x'.repeat(2000), when: new Date(0), ok: 1 }, 1000))).toBe(
      '{"deep":[[[[[[[[]]]]]]]],"when":{},"ok":1}',
    )
  })
})

import { expect, it } from 'vitest'
import { packTexts, unpackTexts } from '../../../../gpu-service/engine/packed-texts.ts'

const yieldTurn = () => undefined
const fault = (what: string) => new Error(`they ${what}`)

it('carries texts unchanged', async () => {
  const texts = ['', 'naïve 🚀', 'a"b\n\0', '\ufeffa mark', '\ufffd as it was sent', 'x'.repeat(100_000), '']
  const bytes = await packTexts({ texts, yieldTurn })
  expect(await unpackTexts({ bytes, count: texts.length, yieldTurn, fault })).toEqual(texts)
})

it.each(['a', 'é', '€', '😀'])('carries a long text of %s unchanged, wherever it is cut', async (sign) => {
  const texts = [0, 1, 2, 3].map((before) => 'x'.repeat(before) + sign.repeat(100_000))
  const bytes = await packTexts({ texts, yieldTurn })
  expect(Buffer.compare(bytes.subarray(4, 4 + Buffer.byteLength(texts[0] ?? '')), Buffer.from(texts[0] ?? ''))).toBe(0)
  expect(await unpackTexts({ bytes, count: texts.length, yieldTurn, fault })).toEqual(texts)
})

it.each([65_534, 65_535, 65_536, 100_000])('refuses a long text whose UTF-8 is broken at byte %d', async (at) => {
  const bytes = await packTexts({ texts: ['€'.repeat(60_000)], yieldTurn })
  bytes[4 + at] = 0x80 + ((bytes[4 + at] ?? 0) >= 0x80 && (bytes[4 + at] ?? 0) < 0xc0 ? 0x60 : 0)
  await expect(unpackTexts({ bytes, count: 1, yieldTurn, fault })).rejects.toThrow(
    'they are not valid UTF-8 in its text 0',
  )
})

it('packs a text as its length in little-endian, then its UTF-8', async () => {
  expect([...(await packTexts({ texts: ['é', ''], yieldTurn }))]).toEqual([2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0])
})

it.each<[string, number[], number]>([
  ['do not hold the 2 texts of its shape', [0, 0, 0, 0], 2],
  ['do not hold the 1 texts of its shape', [0, 0, 0, 0, 0, 0, 0, 0], 1],
  ['end in the middle of its text 0', [255, 255, 255, 255, 65], 1],
  ['end in the middle of its text 1', [4, 0, 0, 0, 65, 65, 65, 65, 9], 2],
  ['are not valid UTF-8 in its text 1', [0, 0, 0, 0, 1, 0, 0, 0, 255], 2],
])('refuses bytes that %s', async (what, bytes, count) => {
  const unpacked = unpackTexts({ bytes: Uint8Array.from(bytes), count, yieldTurn, fault })
  await expect(unpacked).rejects.toThrow(`they ${what}`)
})

it('yields the event loop both ways while handling many short texts', async () => {
  let yields = 0
  const counted = () => void yields++
  const texts = Array<string>(100_000).fill('ab')
  const bytes = await packTexts({ texts, yieldTurn: counted })
  expect(yields).toBeGreaterThan(100)
  yields = 0
  await unpackTexts({ bytes, count: texts.length, yieldTurn: counted, fault })
  expect(yields).toBeGreaterThan(100)
})

it('yields the event loop both ways while handling one long text', async () => {
  let yields = 0
  const counted = () => void yields++
  const bytes = await packTexts({ texts: ['a long text '.repeat(1_000_000)], yieldTurn: counted })
  expect(yields).toBeGreaterThan(300)
  yields = 0
  await unpackTexts({ bytes, count: 1, yieldTurn: counted, fault })
  expect(yields).toBeGreaterThan(150)
})

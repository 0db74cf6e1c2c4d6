import { expect, it } from 'vitest'
import { packTexts, unpackTexts } from '../../../../gpu-service/engine/packed-texts.ts'

const breathe = () => undefined
const fault = (what: string) => new Error(`they ${what}`)

it('brings texts through as they were', async () => {
  const texts = ['', 'naïve 🚀', 'a"b\n\0', '\ufeffa mark', '\ufffd as it was sent', 'x'.repeat(100_000), '']
  const bytes = await packTexts({ texts, breathe })
  expect(await unpackTexts({ bytes, count: texts.length, breathe, fault })).toEqual(texts)
})

it('packs a text as its length, little-endian, and its UTF-8', async () => {
  expect([...(await packTexts({ texts: ['é', ''], breathe }))]).toEqual([2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0])
})

it.each<[string, number[], number]>([
  ['do not hold the 2 texts of its shape', [0, 0, 0, 0], 2],
  ['do not hold the 1 texts of its shape', [0, 0, 0, 0, 0, 0, 0, 0], 1],
  ['end in the middle of its text 0', [255, 255, 255, 255, 65], 1],
  ['end in the middle of its text 1', [4, 0, 0, 0, 65, 65, 65, 65, 9], 2],
  ['are not valid UTF-8 in its text 1', [0, 0, 0, 0, 1, 0, 0, 0, 255], 2],
])('refuses bytes that %s', async (what, bytes, count) => {
  const unpacked = unpackTexts({ bytes: Uint8Array.from(bytes), count, breathe, fault })
  await expect(unpacked).rejects.toThrow(`they ${what}`)
})

it('lets others in between, both ways, however short the texts are', async () => {
  let breaths = 0
  const counted = () => void breaths++
  const texts = Array<string>(100_000).fill('ab')
  const bytes = await packTexts({ texts, breathe: counted })
  expect(breaths).toBeGreaterThan(100)
  breaths = 0
  await unpackTexts({ bytes, count: texts.length, breathe: counted, fault })
  expect(breaths).toBeGreaterThan(100)
})

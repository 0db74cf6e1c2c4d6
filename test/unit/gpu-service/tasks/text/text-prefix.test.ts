import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstTokens } from '../../../../../gpu-service/tasks/text/first-tokens.ts'
import { prefixCutter } from '../../../../../gpu-service/tasks/text/text-prefix.ts'
import { fixtureModel } from '../../support/folders.ts'

const folder = fixtureModel('slipway-tests/tiny-embedder')
const file = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'))
const tokenizer = new Tokenizer(file, {})
const whole = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids
const cut = prefixCutter(file)
const firstOf = (asked: Parameters<typeof firstTokens>[0]) => {
  const steps = firstTokens(asked)
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

const words = [
  'the',
  'Sun',
  'shines',
  'unaffable',
  'x',
  '..',
  '!',
  '中',
  'か',
  'é',
  'e\u0301',
  '\u200d',
  '😀',
  'q'.repeat(150),
]
const gaps = ['', ' ', '  ', '\n', '\t', '\u00a0', '\u3000', ' '.repeat(30)]
const pieces = fc.array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...gaps)), { maxLength: 400 })

describe('firstTokens', () => {
  it('gives the first tokens of the whole text, for any text', () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 40 }), (parts, keep) => {
        const text = parts.flat().join('')
        expect(firstOf({ text, keep, encode: whole, cut })).toEqual(whole(text).slice(0, keep))
      }),
      { seed: 20261120, numRuns: 300 },
    )
  })

  it.each([
    ['words', 'the sun shines '.repeat(200_000)],
    ['one endless word', 'a'.repeat(3_000_000)],
    ['nothing but spaces', ' '.repeat(3_000_000)],
    ['Chinese', '中文'.repeat(1_000_000)],
    ['punctuation', '.'.repeat(3_000_000)],
  ])('reads only a small part of megabytes of %s', (_name, text) => {
    let asked = 0
    const encode = (part: string) => {
      asked += part.length
      return whole(part)
    }
    firstOf({ text, keep: 254, encode, cut })
    expect(asked).toBeLessThan(20_000)
  })

  it.each([
    ['letters', 'a'.repeat(4_000_000)],
    ['letters that BERT never splits', 'אבגד'.repeat(1_000_000)],
    ['letters and joiners', 'a\u200d'.repeat(2_000_000)],
    ['a word, then letters', `one ${'a'.repeat(4_000_000)}`],
    ['emoji', '😀'.repeat(2_000_000)],
  ])('reads a bounded part of 4 MB without spaces, for any tokenizer: %s', (_name, text) => {
    for (const shape of [file, { pre_tokenizer: { type: 'ByteLevel' } }, { pre_tokenizer: null }]) {
      const asked: string[] = []
      // One token for everything, so that the next part is always requested.
      const encode = (part: string) => [asked.push(part)]
      firstOf({ text, keep: 254, encode, cut: prefixCutter(shape) })
      expect(asked.reduce((total, { length }) => total + length, 0)).toBeLessThan(50_000)
      expect(asked.every((part) => part.isWellFormed())).toBe(true)
    }
  })

  it('cuts at a space for other tokenizers if there is one, else anywhere', () => {
    const byteLevel = prefixCutter({ pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'ByteLevel' }] } })
    expect(byteLevel('one two three', 9)).toEqual({ text: 'one two', isWhole: false })
    expect(prefixCutter({ pre_tokenizer: null })('one two', 30)).toEqual({ text: 'one two', isWhole: true })
    expect(prefixCutter({ pre_tokenizer: null })('onetwothree', 6)).toEqual({ text: 'onetwo', isWhole: false })
  })
})

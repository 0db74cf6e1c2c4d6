import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codePointCounter } from '../../../../../gpu-service/tasks/text/code-points.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { modelsFolder } from '../../../../support/real-models.ts'
import { fixtureModel } from '../../support/folders.ts'

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

function tokenizerIn(folder: string) {
  const config = join(folder, 'tokenizer_config.json')
  const file = readJson(join(folder, 'tokenizer.json'))
  const settings = existsSync(config) ? readJson(config) : {}
  return { tokenizer: createTokenizer(file, settings), library: new Tokenizer(file, settings) }
}

const real = (model: string) => tokenizerIn(join(modelsFolder ?? '', model))
const wordPiece = tokenizerIn(fixtureModel('slipway-tests/tiny-embedder')).tokenizer
const spans = (text: string, { tokenizer } = { tokenizer: wordPiece }) =>
  tokenizer.spanned(text, { start: 0, end: text.length })

/** The part of the text that each token covers. */
const covered = (text: string, model?: { tokenizer: typeof wordPiece }) =>
  spans(text, model).map(({ start, end }) => text.slice(start, end))

const words = [
  'the',
  'Sun',
  'unaffable',
  '..',
  '!',
  '中',
  'か',
  'é',
  'e\u0301',
  '\u200d',
  '😀',
  'ΟΔΟΣ',
  '[MASK]',
  '𠀀',
  'İ',
  'ﬁ',
  '각',
  '\ud800',
]
const gaps = ['', ' ', '  ', '\n', '\t', '\u00a0', '\u3000']
const texts = fc
  .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...gaps)), { maxLength: 40 })
  .map((parts) => parts.flat().join(''))

describe('the position of a token', () => {
  it('excludes the spaces between words', () => {
    expect(covered('  the \t sun\n\nshines ')).toEqual(expect.arrayContaining(['the', 'sun']))
    expect(covered('  the \t sun').join('|')).not.toMatch(/\s/)
  })

  it('includes the accented letter that became a plain one', () => {
    const parts = spans('Très café')
    expect(parts[0]?.start).toBe(0)
    expect(parts.at(-1)?.end).toBe('Très café'.length)
  })

  it('excludes a combining accent after its letter, like the tokenizers of Python', () => {
    const parts = spans('cafe\u0301 x')
    expect(parts.at(-2)?.end).toBe(4)
    expect(parts.at(-1)).toMatchObject({ start: 6, end: 7 })
  })

  it('is separate for each Chinese character, also outside the basic plane', () => {
    expect(covered('東京は𠀀𠀁')).toEqual(['東', '京', 'は', '𠀀', '𠀁'])
  })

  it('is converted to code points for Python', () => {
    const text = '🙂🙂 the 🙂 sun'
    const inCharacters = codePointCounter(text)
    const sun = spans(text).at(-1)
    expect(text.slice(sun?.start, sun?.end)).toMatch(/n$/)
    expect(inCharacters(sun?.end ?? 0)).toBe([...text].length)
    expect(inCharacters(4)).toBe(2)
  })

  it('is in order within the text, for any text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let last = 0
        for (const { start, end } of spans(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThanOrEqual(start)
          expect(end).toBeLessThanOrEqual(text.length)
          last = start
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe.skipIf(modelsFolder === undefined)('the tokenizers of the real models', () => {
  const models = [
    'sentence-transformers/all-MiniLM-L6-v2',
    'slipway/tiny-bert-ner',
    'slipway/tiny-clip',
    'slipway/tiny-gpt2-random',
    'slipway/tiny-llama-pydoc',
    'slipway/tiny-flava',
  ]

  it.each(models)('%s gives the same tokens with positions as without', (model) => {
    const { tokenizer } = real(model)
    fc.assert(
      fc.property(texts, (text) => {
        const piece = { start: 0, end: text.length }
        expect(tokenizer.spanned(text, piece).map(({ id }) => id)).toEqual(tokenizer.ids(text, piece))
      }),
      { numRuns: 200 },
    )
  })

  it('match every offset of the reference', () => {
    const model = real('slipway/tiny-bert-ner')
    const { rows } = readJson(join(modelsFolder ?? '', 'reference/tiny-bert-ner.json'))
    expect(rows.length).toBeGreaterThan(8)
    for (const { text, offsets, input_ids } of rows) {
      const inCharacters = codePointCounter(text)
      const found = spans(text, model)
      expect(found.map(({ id }) => id)).toEqual(input_ids.slice(1, -1))
      expect(found.map(({ start, end }) => [inCharacters(start), inCharacters(end)])).toEqual(offsets.slice(1, -1))
    }
  })

  it('of byte-level models include the space before a word only if their file says so', () => {
    expect(covered('Hello  world', real('slipway/tiny-clip')).join('')).toBe('Helloworld')
    const text = 'Hello 🙂 wörld'
    const found = spans(text, real('slipway/tiny-gpt2-random'))
    expect(found[0]?.start).toBe(0)
    expect(found.at(-1)?.end).toBe(text.length)
  })
})

import { describe, expect, it } from 'vitest'
import { knownPatterns } from '../../../../../gpu-service/tasks/text/known-patterns.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const isGuarded = (file: object) => {
  let isAround = false
  const tokenizer = createTokenizer(file as Parameters<typeof createTokenizer>[0], {}, (_length, work) => {
    isAround = true
    return work()
  })
  tokenizer.first('a', 1)
  return isAround
}
const replacing = (content: string) => ({ type: 'Replace', pattern: { String: 'a' }, content })
const splitting = (Regex: string) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false })
const unigram = (length: number) => ({
  type: 'Unigram',
  unk_id: 0,
  vocab: [
    ['<unk>', -9],
    ['a'.repeat(length), -1],
  ],
})
const wordPiece = (words: object) => ({
  type: 'WordPiece',
  unk_token: 'a',
  continuing_subword_prefix: '##',
  vocab: { a: 0 },
  ...words,
})

describe('a tokenizer', () => {
  it.each(
    Object.entries({
      'nothing in it': {},
      'a pattern that is known': { pre_tokenizer: splitting(String.raw`\p{N}{1,3}`) },
      'what is looked for as it stands': { normalizer: replacing('b') },
      'words of usual length': { model: wordPiece({ max_input_chars_per_word: 100 }) },
      'pieces of usual length': { model: unigram(16) },
    }),
  )('with %s runs without a guard, which costs as much as a short text', (_name, parts) => {
    expect(isGuarded({ ...plainTokenizer, ...parts })).toBe(false)
  })

  it.each(
    Object.entries({
      'a pattern that is not known': { pre_tokenizer: splitting(String.raw`\p{L}\p{M}*`) },
      'one among others that are': {
        pre_tokenizer: { type: 'Sequence', pretokenizers: [splitting(String.raw`\d`), splitting('(a+)+b')] },
      },
      'one where tokens become texts': {
        decoder: { type: 'Replace', pattern: { Regex: '(a+)+b' }, content: '' },
      },
      'very many steps': { normalizer: { type: 'Sequence', normalizers: Array(33).fill(replacing('a')) } },
      'much in the place of little': { normalizer: { type: 'Sequence', normalizers: Array(2).fill(replacing('bbb')) } },
      'a long token': { added_tokens: [{ id: 3, content: 'b'.repeat(257) }] },
      'very long words': { model: wordPiece({ max_input_chars_per_word: 1_000_000 }) },
      'words of no length': { model: wordPiece({ max_input_chars_per_word: {} }) },
      'a page before each part of a word': { model: wordPiece({ continuing_subword_prefix: '#'.repeat(10_000) }) },
      'very long pieces': { model: unigram(17) },
    }),
  )('with %s runs under a guard', (_name, parts) => {
    expect(isGuarded({ ...plainTokenizer, ...parts })).toBe(true)
  })
})

describe('a known pattern', () => {
  const length = 2048
  const worst = [
    'a',
    'A',
    'Aa',
    ' ',
    '\n',
    ' \n',
    '\t',
    '1',
    '.',
    'a ',
    '\u0301',
    'a\u0301',
    '中',
    "'",
    '\u02b0',
    '世a ',
  ]
  const texts = worst.flatMap((unit) => {
    const text = unit.repeat(length / unit.length)
    return [text, `${text}x`, `x${text}x`, `\n${text}x`, `${text}\n`]
  })

  it.each([...knownPatterns])('takes milliseconds for the worst piece of a text: %s', (source) => {
    const tokenizer = createTokenizer({ ...plainTokenizer, pre_tokenizer: splitting(source) } as never, {})
    for (const text of texts) {
      // The first run compiles the pattern.
      const [, ms = 0] = [0, 1].map(() => {
        const before = process.threadCpuUsage()
        tokenizer.ids(text, { start: 0, end: text.length })
        const { user, system } = process.threadCpuUsage(before)
        return (user + system) / 1000
      })
      expect(ms, JSON.stringify(text.slice(0, 9))).toBeLessThan(60)
    }
  })
})

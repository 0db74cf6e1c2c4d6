import { describe, expect, it } from 'vitest'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'

const others = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] }
const tokenizerOf = (model: object) => createTokenizer({ ...others, model } as never, {})

const wordPiece = (wordLength: unknown) => ({
  type: 'WordPiece',
  unk_token: '[UNK]',
  continuing_subword_prefix: '##',
  vocab: { '[UNK]': 0, a: 1, '##a': 2 },
  max_input_chars_per_word: wordLength,
})

const unigram = (longest: number) => ({
  type: 'Unigram',
  unk_id: 0,
  vocab: [['<unk>', -100], ...Array.from({ length: longest }, (_, at) => ['a'.repeat(at + 1), -at])],
})

describe('a tokenizer that may take minutes for one word', () => {
  it('is refused where it takes words apart whatever their length', () => {
    expect(() => tokenizerOf(wordPiece(1_000_000))).toThrow('"max_input_chars_per_word" 1000000')
    expect(() => tokenizerOf(wordPiece('1000000'))).toThrow('must be a number of at most 200')
    expect(() => tokenizerOf(wordPiece({}))).toThrow('must be a number of at most 200')
  })

  it('is refused where it looks for each part of a word behind a page of prefix', () => {
    const model = { ...wordPiece(100), continuing_subword_prefix: '#'.repeat(10_000) }
    expect(() => tokenizerOf(model)).toThrow('"continuing_subword_prefix" of 10000 characters')
    const endings = { type: 'BPE', vocab: { a: 0 }, merges: [], end_of_word_suffix: '<'.repeat(10_000) }
    expect(() => tokenizerOf(endings)).toThrow('"end_of_word_suffix" of 10000 characters')
  })

  it('is refused where it looks for a page at each letter, or has more special tokens than can be compared', () => {
    const model = wordPiece(100)
    const added_tokens = [{ id: 3, content: 'a'.repeat(257) }]
    expect(() => createTokenizer({ ...others, added_tokens, model } as never, {})).toThrow('of 257 characters')
    const config = { additional_special_tokens: Array.from({ length: 10_001 }, (_, at) => `<${at}>`) }
    expect(() => createTokenizer({ ...others, model } as never, config)).toThrow('10001 "additional_special_tokens"')
  })

  it('is refused where very many of its pieces begin at one place', () => {
    expect(() => tokenizerOf(unigram(65))).toThrow('of 65 characters; the limit is 64')
  })
})

describe('a tokenizer of usual words', () => {
  it('tells the tokens of a page without a space in less than two seconds of a core', () => {
    for (const model of [wordPiece(100), wordPiece(undefined), unigram(64)]) {
      const tokenizer = tokenizerOf(model)
      const before = process.cpuUsage()
      expect(tokenizer.encode('a'.repeat(4096), 10_000).length).toBeGreaterThan(0)
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1000).toBeLessThan(2000)
    }
  })
})

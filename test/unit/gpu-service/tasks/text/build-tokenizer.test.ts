import { Tokenizer } from '@huggingface/tokenizers'
import { describe, expect, it } from 'vitest'
import { buildTokenizer } from '../../../../../gpu-service/tasks/text/build-tokenizer.ts'
import { runToEnd } from '../../../../../shared/run-to-end.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const added = ['<s>', '</s>', '<unk>', '<mask>'].map((content, at) => ({
  ...{ id: at < 3 ? at : 20, content, special: true },
  ...{ normalized: false, lstrip: false, rstrip: false, single_word: false },
}))
const pieces = ['<s>', '</s>', '<unk>', 'a', 'b', 'c', 'ab', 'abc', 'bc', '10', '9', 'ab']
const scored = pieces.map((piece, at) => [piece, -at / 2])
const vocab = Object.fromEntries(pieces.map((piece, at) => [piece, at]))
const words = { vocab, unk_token: '<unk>' }

describe('a tokenizer that is built in steps', () => {
  it.each<[string, object, object]>([
    ['Unigram', { type: 'Unigram', unk_id: 2, vocab: scored }, { eos_token: '</s>' }],
    ['Unigram that knows every character', { type: 'Unigram', unk_id: null, vocab: scored }, {}],
    ['Unigram whose least score is of its unknown piece', { type: 'Unigram', unk_id: 11, vocab: scored }, {}],
    ['BPE', { type: 'BPE', ...words, merges: ['a b', 'ab c', 'b c'] }, {}],
    [
      'BPE of pairs',
      {
        type: 'BPE',
        ...words,
        merges: [
          ['a', 'b'],
          ['ab', 'c'],
        ],
        byte_fallback: true,
      },
      {},
    ],
    ['BPE without merges', { type: 'BPE', ...words, merges: [], end_of_word_suffix: '</w>' }, {}],
    ['BPE whose unknown token is an added one', { type: 'BPE', vocab, merges: [], unk_token: '<mask>' }, {}],
    ['WordPiece', { type: 'WordPiece', ...words, continuing_subword_prefix: '##', max_input_chars_per_word: 9 }, {}],
    ['WordPiece with gaps', { type: 'WordPiece', unk_token: 'a', vocab: { a: 7, b: 3, c: 3 } }, {}],
    ['WordLevel', { type: 'WordLevel', ...words }, { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }],
    ['WordLevel with gaps', { type: 'WordLevel', unk_token: 'a', vocab: { a: 7, b: 3, c: 3 } }, { pad_token: 'b' }],
  ])('is in all its parts what the constructor of the library makes: %s', (_kind, model, config) => {
    const file = { ...plainTokenizer, added_tokens: added, model }
    const [built, usual] = [runToEnd(buildTokenizer({ file, config })), new Tokenizer(file, config)]
    // The model is a function, of which two are never the same.
    expect({ ...built, model: { ...built.model } }).toEqual({ ...usual, model: { ...usual.model } })
    for (const text of ['abcabc', 'a<mask>b', 'x 10 9', '']) {
      expect(built.encode(text)).toEqual(usual.encode(text))
      expect(built.tokenize(text)).toEqual(usual.tokenize(text))
    }
    expect(built.decode([3, 6, 20])).toBe(usual.decode([3, 6, 20]))
  })

  it.each<[string, object]>([
    ['Unigram', { type: 'Unigram', unk_id: 0, vocab: [] }],
    ['Unigram', { type: 'Unigram', unk_id: 0, vocab: [['a', 0], null] }],
    ['BPE', { type: 'BPE', vocab: {}, merges: [7] }],
    ['BPE', { type: 'BPE', vocab: {} }],
  ])('fails where the library does: %s %j', (_kind, model) => {
    const file = { ...plainTokenizer, model }
    expect(() => new Tokenizer(file as never, {})).toThrow()
    expect(() => runToEnd(buildTokenizer({ file, config: {} }))).toThrow()
  })

  it.each([12, -1, 0.5, '2x'])('is refused by name if its unknown piece does not exist: %j', (unk_id) => {
    const file = { ...plainTokenizer, model: { type: 'Unigram', unk_id, vocab: scored } }
    expect(() => runToEnd(buildTokenizer({ file, config: {} }))).toThrow(/"unk_id".*ids 0 to 11/)
  })

  const many = Array.from({ length: 30_000 }, (_, at) => `word ${at}`)
  it.each<[string, object]>([
    ['Unigram', { type: 'Unigram', unk_id: 0, vocab: many.map((word, at) => [word, -at]) }],
    ['WordPiece', { type: 'WordPiece', vocab: Object.fromEntries(many.map((word, at) => [word, at])), unk_token: '' }],
    ['WordLevel', { type: 'WordLevel', vocab: Object.fromEntries(many.map((word, at) => [word, at])), unk_token: '' }],
    ['BPE', { type: 'BPE', vocab: { a: 0 }, merges: many.map((word) => `a ${word}`), unk_token: 'a' }],
  ])('is built of a few hundred words, or merges, per step: %s', (_kind, model) => {
    const steps = buildTokenizer({ file: { ...plainTokenizer, model }, config: {} })
    let count = 0
    while (!steps.next().done) count++
    expect(count).toBeGreaterThan(many.length / 500)
  })
})

import { describe, expect, it } from 'vitest'
import { createTextEncoder } from '../../../../../gpu-service/tasks/text/text-encoder.ts'
import { createTokenizer, type TextTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { yieldTurnFor } from '../../../../../gpu-service/yield-turn.ts'
import { bytes, deberta, fallback, nfkc, t5, xlmr } from '../../support/small-tokenizers.ts'

function places(tokenizer: TextTokenizer, text: string) {
  const found = tokenizer.spanned(text, { start: 0, end: text.length })
  expect(found.map(({ id }) => id)).toEqual(tokenizer.ids(text, { start: 0, end: text.length }))
  return found.map(({ start, end }) => [start, end])
}

describe('tokens have positions', () => {
  it('if words are split at spaces and then marked: without the spaces', () => {
    expect(places(xlmr, 'Hello  world')).toEqual([
      [0, 5],
      [7, 12],
    ])
  })

  it('if a space becomes the mark: with that space', () => {
    expect(places(t5, 'Hello world')).toEqual([
      [0, 5],
      [5, 11],
    ])
  })

  it('where the mark alone was put before the text, at the place of what it was put before', () => {
    expect(places(t5, '世界')).toEqual([
      [0, 1],
      [0, 1],
      [1, 2],
    ])
  })

  it('if several characters became one, or one became several', () => {
    expect(places(nfkc, 'Hello ①②')).toEqual([
      [0, 5],
      [5, 6],
      [6, 7],
      [7, 8],
    ])
  })

  it('if spaces were removed around and within the text: each word its own', () => {
    const text = '  Hello   wor\u00a0Hello '
    expect(places(deberta, text)).toEqual([
      [2, 7],
      // Of several spaces that became one the last.
      [9, 13],
      [13, 19],
    ])
    const found = deberta.spanned('Hello world', { start: 0, end: 11 })
    expect(found.map(({ word }) => word)).toEqual([
      { start: 0, end: 5 },
      { start: 5, end: 11 },
    ])
  })

  it('if bytes are tokens: the whole character for each of its bytes', () => {
    expect(places(bytes(false), 'é🙂')).toEqual([
      [0, 1],
      [0, 1],
      [1, 3],
      [1, 3],
      [1, 3],
      [1, 3],
    ])
  })

  it('if bytes are tokens: with the space before a word, or without it if the file trims', () => {
    expect(places(bytes(false), 'x world')).toEqual([
      [0, 1],
      [1, 4],
      [4, 5],
      [5, 6],
      [6, 7],
    ])
    expect(places(bytes(true), 'x world')).toEqual([
      [0, 1],
      [2, 4],
      [4, 5],
      [5, 6],
      [6, 7],
    ])
    expect(places(bytes(true, true), 'world')[0]).toEqual([0, 2])
  })

  it('if unknown characters are written in bytes and the text gets a mark', () => {
    expect(places(fallback, 'hi é')).toEqual([
      [0, 2],
      [2, 3],
      [3, 4],
      [3, 4],
    ])
  })

  it('where signs of other tokenizers stand in the text: they are no spaces to this one', () => {
    const words = {
      type: 'WordPiece',
      vocab: { '[UNK]': 0, x: 1 },
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
    }
    const bert = createTokenizer(
      {
        model: words,
        normalizer: null,
        pre_tokenizer: { type: 'BertPreTokenizer' },
        post_processor: null,
        decoder: null,
        added_tokens: [],
      } as never,
      {},
    )
    expect(places(bert, 'x ▁ Ġx')).toEqual([
      [0, 1],
      [2, 3],
      [4, 6],
    ])
  })

  it('where spaces at the end are a token, behind them where the file trims', () => {
    expect(places(bytes(true), 'world  ').at(-1)).toEqual([7, 7])
  })

  it('where a token of its own takes the spaces before it, without them', () => {
    const lone = {
      id: 5,
      content: '<m>',
      lstrip: true,
      rstrip: false,
      single_word: false,
      normalized: false,
      special: true,
    }
    const file = { ...bytes(false).file, added_tokens: [lone] }
    expect(places(createTokenizer(file as never, {}), 'x <m> w')).toEqual([
      [0, 1],
      [2, 5],
      [5, 7],
    ])
  })

  it('where a token of its own stands in the text', () => {
    expect(places(xlmr, 'Hello <mask> world')).toEqual([
      [0, 5],
      [6, 12],
      [13, 18],
    ])
  })
})

describe('a pair for RoBERTa', () => {
  it('has two separators between its texts, and one type', async () => {
    const encoder = createTextEncoder({ tokenizer: bytes(true), maxTokens: 20 })
    const yieldTurn = yieldTurnFor(new AbortController().signal)
    const truncation = { truncate: true, direction: 'right' } as const
    const { ids, typeIds } = await encoder.encode({ text: 'x', pair: 'w', truncation, yieldTurn })
    expect(ids.map((id) => (id < 5 ? id : 'text'))).toEqual([0, 'text', 2, 2, 'text', 2])
    expect(new Set(typeIds)).toEqual(new Set([0]))
  })
})

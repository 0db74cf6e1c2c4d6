import { describe, expect, it } from 'vitest'
import { breatheFor } from '../../../../../gpu-service/in-slices.ts'
import { createTextEncoder } from '../../../../../gpu-service/tasks/text/text-encoder.ts'
import { gatherTokens, type Piece } from '../../../../../gpu-service/tasks/text/text-pieces.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { countTurns } from '../../../../support/count-turns.ts'

type File = Parameters<typeof createTokenizer>[0]

const special = (content: string, id: number) => ({
  id,
  content,
  special: true,
  normalized: false,
  lstrip: content === '<mask>',
  rstrip: false,
  single_word: false,
})
const base = { version: '1.0', normalizer: null, post_processor: null, decoder: null, pre_tokenizer: null }
const added = ['<s>', '<pad>', '</s>', '<unk>', '<mask>'].map(special)

const unigramPieces = [
  '\u2581',
  'H',
  'e',
  'l',
  'o',
  '\u2581Hello',
  '\u2581world',
  '\u2581wor',
  'ld',
  '世',
  '界',
  '1',
  '2',
]
const unigram = (parts: Partial<File>) =>
  createTokenizer(
    {
      ...base,
      added_tokens: added,
      model: {
        type: 'Unigram',
        unk_id: 3,
        vocab: [
          ...added.map(({ content }) => [content, 0]),
          ...unigramPieces.map((piece, at) => [piece, -1 - at / 10]),
        ],
      },
      ...parts,
    } as File,
    {},
  )

const metaspace = { type: 'Metaspace', replacement: '\u2581', add_prefix_space: true, prepend_scheme: 'always' }
/** As XLM-RoBERTa has it: spaces split words, and each word begins with a mark. */
const xlmr = unigram({ pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] } })
/** As T5 has it: a space becomes the mark. */
const t5 = unigram({ pre_tokenizer: metaspace })
const nfkc = unigram({ normalizer: { type: 'NFKC' }, pre_tokenizer: metaspace })

/** As DeBERTa has it: what surrounds the text and repeated spaces go first. */
const deberta = unigram({
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Strip', strip_left: true, strip_right: true },
      { type: 'Precompiled', precompiled_charsmap: '' },
      { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
    ],
  },
  pre_tokenizer: metaspace,
})

/** Byte-level, with no merges but those of "Ġworld": every other token is a byte. */
const bytes = (trim: boolean, prefix = false) => {
  const alphabet = [...'!?.,Helowrdtxmas0123456789', 'Ġ', 'Ã', '©', 'ð', 'Ł', 'Ļ', 'Ĥ', 'Ġw', 'Ġwo']
  const tokens = [...added.map(({ content }) => content), ...alphabet]
  return createTokenizer(
    {
      ...base,
      added_tokens: added,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: trim },
      post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: trim },
      model: {
        type: 'BPE',
        unk_token: '<unk>',
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: ['Ġ w', 'Ġw o'],
      },
    } as File,
    {},
  )
}

/** As Llama 2 has it: no splitting at all, and what has no token is written in bytes. */
const fallback = createTokenizer(
  {
    ...base,
    added_tokens: added,
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '\u2581' },
        { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: true,
      vocab: Object.fromEntries(
        [
          ...added.map(({ content }) => content),
          ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
          '\u2581',
          'h',
          'i',
          '\u2581h',
          '\u2581hi',
        ].map((token, id) => [token, id]),
      ),
      merges: ['\u2581 h', '\u2581h i'],
    },
  } as File,
  {},
)

function places(tokenizer: ReturnType<typeof createTokenizer>, text: string) {
  const found = tokenizer.spanned(text, { start: 0, end: text.length })
  expect(found.map(({ id }) => id)).toEqual(tokenizer.ids(text, { start: 0, end: text.length }))
  return found.map(({ start, end }) => [start, end])
}

describe('tokens of every kind of tokenizer have their places', () => {
  it('where words are split at spaces and then marked, without the spaces', () => {
    expect(places(xlmr, 'Hello  world')).toEqual([
      [0, 5],
      [7, 12],
    ])
  })

  it('where a space becomes the mark, with that space', () => {
    expect(places(t5, 'Hello world')).toEqual([
      [0, 5],
      [5, 11],
    ])
  })

  it('where the mark alone was put before the text, at no place', () => {
    expect(places(t5, '世界')).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
    ])
  })

  it('where several characters became one, or one several', () => {
    expect(places(nfkc, 'Hello ①②')).toEqual([
      [0, 5],
      [5, 6],
      [6, 7],
      [7, 8],
    ])
  })

  it('where spaces were taken out around and within the text, and each word has its own place', () => {
    const text = '  Hello   wor\u00a0Hello '
    expect(places(deberta, text)).toEqual([
      [2, 7],
      [7, 13],
      [13, 19],
    ])
    const found = deberta.spanned('Hello world', { start: 0, end: 11 })
    expect(found.map(({ word }) => word)).toEqual([
      { start: 0, end: 5 },
      { start: 5, end: 11 },
    ])
  })

  it('where bytes are tokens: all bytes of a character stand for it', () => {
    expect(places(bytes(false), 'é🙂')).toEqual([
      [0, 1],
      [0, 1],
      [1, 3],
      [1, 3],
      [1, 3],
      [1, 3],
    ])
  })

  it('where bytes are tokens: with the space before a word, or without it where the file trims', () => {
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

  it('where unknown characters are written in bytes, and the text begins with a mark of its own', () => {
    expect(places(fallback, 'hi é')).toEqual([
      [0, 2],
      [2, 3],
      [3, 4],
      [3, 4],
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

describe('a long text in pieces', () => {
  const { signal } = new AbortController()
  const breathe = breatheFor(signal)
  const text = 'Hello world  Hello, wor\nworld é🙂 ①2 world Hello '.repeat(160)

  const kinds = { xlmr, t5, nfkc, deberta, roberta: bytes(true), prefixed: bytes(false, true), gpt: bytes(false) }

  it.each(Object.entries(kinds))('has the tokens of the whole, with their places: %s', async (_, tokenizer) => {
    const tokensOf = (piece: Piece) => tokenizer.spanned(text, piece)
    const tokens = await gatherTokens({ text, from: 'start', tokensOf, breathe })
    expect(tokens).toEqual(tokensOf({ start: 0, end: text.length }))
  })

  it.each(Object.entries({ ...kinds, llama: fallback }))(
    'has them where it is read in turns, though no space tells its words apart: %s',
    async (_, tokenizer) => {
      for (const joined of [text, '世界，Hello。'.repeat(600), 'Hello,world.12;'.repeat(600)]) {
        const whole = tokenizer.ids(joined, { start: 0, end: joined.length })
        expect(await tokenizer.firstInTurns(joined, whole.length, breathe)).toEqual(whole)
        expect(tokenizer.first(joined, whole.length)).toEqual(whole)
      }
    },
  )

  it('lets others have turns, however many of its tokens the model takes', async () => {
    const encoder = createTextEncoder({ tokenizer: nfkc, maxTokens: 8192 })
    const truncation = { truncate: true, direction: 'right' } as const
    const turns = countTurns()
    await encoder.encode({ text: 'Hello wor '.repeat(6600), truncation, breathe: breatheFor(signal) })
    expect(turns()).toBeGreaterThan(3)
  })
})

describe('a pair of RoBERTa', () => {
  it('has two separators between its texts, and one type', async () => {
    const encoder = createTextEncoder({ tokenizer: bytes(true), maxTokens: 20 })
    const breathe = breatheFor(new AbortController().signal)
    const truncation = { truncate: true, direction: 'right' } as const
    const { ids, typeIds } = await encoder.encode({ text: 'x', pair: 'w', truncation, breathe })
    expect(ids.map((id) => (id < 5 ? id : 'text'))).toEqual([0, 'text', 2, 2, 'text', 2])
    expect(new Set(typeIds)).toEqual(new Set([0]))
  })
})

import { createTokenizer } from '../../../../gpu-service/tasks/text/tokenizer.ts'

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
/** Like XLM-RoBERTa: spaces split words, and each word begins with a mark. */
export const xlmr = unigram({
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
})
/** Like T5: a space becomes the mark. */
export const t5 = unigram({ pre_tokenizer: metaspace })
export const nfkc = unigram({ normalizer: { type: 'NFKC' }, pre_tokenizer: metaspace })

/** Like DeBERTa: surrounding and repeated spaces are removed first. */
export const deberta = unigram({
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

/** Byte-level, with merges for "Ġwo" only: every other token is a byte. */
export const bytes = (trim: boolean, prefix = false) => {
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

/** Like Llama 2: no splitting, and what has no token is written in bytes. */
export const fallback = createTokenizer(
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

import { describe, expect, it } from 'vitest'
import { readCharsmap } from '../../../../../gpu-service/tasks/text/charsmap.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'
import { bytes } from '../../support/small-tokenizers.ts'

/**
 * Compiled by sentencepiece 0.2 from eight rules: the ligature fi, four kinds of spaces, a soft hyphen, a wide A, e with an
 * accent of its own, and the word of praise that Unicode has as one character.
 */
const charsmap =
  'AAQAAAAgAAAJDQAAAQAAgMwYAgCBBQAACAAAgKARAAAAAACAgAQCAIAtAACBHQAArTEAAKwcAgAFAACAugUAAAsAAIChBQAAAwAAgBMAAAASAAAA' +
  'FQAAABQAAAAXAAAAt4wCABkAAAAYAAAAGwAAABoAAAC8tAIAHAAAAB8AAAAeAAAAIQAAACAAAAAjAAAAIgAAACUAAAAkAAAAJwAAACYAAAApAAAA' +
  'KAAAACsAAAAqAAAALQAAACwAAAAvAAAALgAAADEAAAAwAAAAMwAAADIAAAA1AAAANAAAADcAAAA2AAAAOQAAADgAAAA7AAAAOgAAAD0AAAA8AAAA' +
  'PwAAAD4AAABBAAAAQAAAAEMAAABCAAAARQAAAEQAAABHAAAARgAAAEkAAABIAAAASwAAAEoAAABNAAAATAAAAE8AAABOAAAAUQAAAFAAAABTAAAA' +
  'UgAAAFUAAABUAAAAVwAAAFYAAABZAAAAWAAAAFsAAABaAAAAXQAAAFwAAABfAAAAXgAAAGEAAABgAAAAYwAAAGIAAABlAAAAZAAAAGcAAABmAAAA' +
  'aQAAAGgAAABrAAAAagAAAG0AAABliAIAbwAAAG4AAABxAAAAcAAAAHMAAAByAAAAdQAAAHQAAAB3AAAAdgAAAHkAAAB4AAAAewAAAHoAAAB9AAAA' +
  'fAAAAH8AAAB+AAAAgQAAAIAAAACDAAAAggAAAIUAAACEAAAAhwAAAIYAAACJAAAAiAAAAIsAAACKAAAAjQAAAIwAAACPAAAAjgAAAJEAAACQAAAA' +
  'kwAAAJIAAACVAAAAlAAAAJcAAACWAAAAmQAAAJgAAACbAAAAmgAAAJ0AAACcAAAAnwAAAJ4AAAChAAAAoAAAAKMAAACiAAAApQAAAKQAAACnAAAA' +
  'pgAAAKkAAACoAAAAqwAAAKoAAACtAAAArAAAAK8AAACuAAAAsQAAALAAAACzAAAAsgAAALUAAAC0AAAAtwAAALYAAAC5AAAAuAAAALsAAAC6AAAA' +
  'vQAAALwAAAC/AAAAvgAAAMEAAADAAAAAwwAAAMIAAADFAAAAxAAAAMcAAADGAAAAyQAAAMgAAADCsAEAygAAAM0AAADMAAAAzwAAAM4AAADRAAAA' +
  '0AAAANMAAADSAAAA1QAAANQAAADXAAAA1gAAANkAAADYAAAA2wAAANoAAADdAAAA3AAAAN8AAADeAAAA4QAAAOAAAADjAAAA4gAAAOUAAADkAAAA' +
  '5wAAAO8cAQDpAAAA6AAAAOsAAADjjAEA7QAAAOwAAADvAAAA7gAAAPEAAADwAAAA8wAAAPIAAAD1AAAA9AAAAPcAAAD2AAAA+QAAAPgAAAD7AAAA' +
  '+gAAAP0AAAD8AAAA/wAAAP4AAAAAIABBAGZpAMOpANi12YTZiSDYp9mE2YTZhwA='

describe("SentencePiece's map of characters", () => {
  // Each as `tokenizers.normalizers.Precompiled` 0.23 gives it.
  it.each([
    ['ﬁne\u3000x\ty\u00a0z', 'fine x y z'],
    ['so\u00adft', 'soft'],
    ['Ａb', 'Ab'],
    ['e\u0301 é e\u0301\u0302', 'é é é'],
    ['a\u200db', 'a\u200db'],
    ['👩\u200d👩', '👩\u200d👩'],
    ['ﷺ!', '\u0635\u0644\u0649 \u0627\u0644\u0644\u0647!'],
    ['plain', 'plain'],
    ['ﬁ\u0301x', 'fix'],
    ['\r\n', '\r\n'],
  ])('makes of %j what Python makes of it', (text, made) => {
    expect(readCharsmap(charsmap)(text)).toBe(made)
  })

  it.each([
    ['none', ''],
    ['a trie longer than the file', Buffer.from([255, 0, 0, 0, 1, 2, 3, 4]).toString('base64')],
    ['much of one character', Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, ...Array(300).fill(65)]).toString('base64')],
  ])('is refused by name: %s', (_name, broken) => {
    expect(() => readCharsmap(broken)).toThrow('precompiled_charsmap')
  })

  it('is refused if it would take long to read, by itself or with those of other stages', () => {
    const trie = Buffer.from([4, 0, 0, 0, 0, 0, 0, 0])
    const map = (bytes: number) => Buffer.concat([trie, Buffer.alloc(bytes)]).toString('base64')
    const normalizerOf = (...maps: string[]) => ({
      type: 'Sequence',
      normalizers: maps.map((precompiled_charsmap) => ({ type: 'Precompiled', precompiled_charsmap })),
    })
    const tokenizerOf = (...maps: string[]) =>
      createTokenizer({ ...plainTokenizer, normalizer: normalizerOf(...maps) } as never, {})
    const half = map(1_000_000)
    expect(tokenizerOf(half).encode('a', 8)).toEqual([0])
    expect(() => tokenizerOf(map(2_000_000))).toThrow('the limit is 2097152')
    expect(() => tokenizerOf(half, half)).toThrow('the limit is 2097152')
  })
})

const wordsOf = (vocab: readonly string[], stages: object, config: object = {}) => {
  const ids = Object.fromEntries(['[UNK]', ...vocab].map((word, id) => [word, id]))
  const model = { type: 'WordLevel', unk_token: '[UNK]', vocab: ids }
  const file = {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    added_tokens: [],
    model,
    ...stages,
  }
  const tokenizer = createTokenizer(file as never, config)
  return (text: string) => tokenizer.ids(text, { start: 0, end: text.length }).map((id) => tokenizer.tokenOf(id))
}

it('tokens of bytes that are text already stay it, as words that are joined to an entity do', () => {
  const { join } = createTokenizer({ ...bytes(true).file, decoder: { type: 'ByteLevel' } } as never, {})
  expect(join(['J', 'ohn', 'Ġ', 'flew'])).toBe('John flew')
  expect(join(['John', ' flew', ' Grüße'])).toBe('John flew Grüße')
})

it('a decoded text keeps its spaces before signs unless tokenizer_config.json says otherwise', () => {
  const model = { type: 'WordPiece', unk_token: '[UNK]', vocab: { '[UNK]': 0, world: 1, ',': 2 } }
  const file = { ...plainTokenizer, decoder: { type: 'WordPiece', prefix: '##', cleanup: false }, model } as never
  const decoded = (config: object) => createTokenizer(file, config).decode([1, 2], true)
  expect(decoded({})).toBe('world ,')
  expect(decoded({ clean_up_tokenization_spaces: true })).toBe('world,')
})

it('a text decoded from byte pairs keeps its spaces whatever tokenizer_config.json says, as in transformers 5', () => {
  const file = { ...bytes(true).file, decoder: { type: 'ByteLevel' } } as never
  const ids = bytes(true).ids('world ,', { start: 0, end: 7 })
  for (const config of [{}, { clean_up_tokenization_spaces: true }])
    expect(createTokenizer(file, config).decode(ids, true)).toBe('world ,')
})

describe('words', () => {
  it('are of letters of every language, and end at the spaces of Unicode', () => {
    const split = wordsOf(['Ça', 'va', '東京', '!?'], { pre_tokenizer: { type: 'Whitespace' } })
    expect(split('Ça\u3000va 東京!?')).toEqual(['Ça', 'va', '東京', '!?'])
  })

  it('are one for each sign where signs are isolated', () => {
    const split = wordsOf(['a', '.', '!'], { pre_tokenizer: { type: 'Punctuation', behavior: 'Isolated' } })
    expect(split('a..!')).toEqual(['a', '.', '.', '!'])
  })

  it('keep the spaces that tokenizer_config.json has taken out for tokenizers without a tokenizer.json', () => {
    const file = { pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' } }
    expect(wordsOf(['▁a▁'], file, { remove_space: true })('a ')).toEqual(['▁a▁'])
  })
})

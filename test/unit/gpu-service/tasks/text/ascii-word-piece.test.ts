import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asciiWordPiece } from '../../../../../gpu-service/tasks/text/ascii-word-piece.ts'
import { modelsFolder } from '../../../../support/real-models.ts'
import { fixtureModel } from '../../support/folders.ts'

const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'))
const tiny = await read(join(fixtureModel('slipway-tests/tiny-embedder'), 'tokenizer.json'))
const minilm = modelsFolder && join(modelsFolder, 'sentence-transformers/all-MiniLM-L6-v2/tokenizer.json')

function both(file: object, config: object = {}) {
  const tokenizer = new Tokenizer(file, config)
  return {
    encode: asciiWordPiece({ file, config, idOf: (token) => tokenizer.token_to_id(token) }),
    expected: (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids,
  }
}

const changed = (change: (file: typeof tiny) => void) => {
  const file = structuredClone(tiny)
  change(file)
  return file
}

const words = "the Sun SHINES unaffable embeddings tokenisation x 3.14 can't a-b q#1 ##ing [cls] [CLS] unk".split(' ')
const word = fc.oneof(
  fc.constantFrom(...words, 'q'.repeat(100), 'a'.repeat(101)),
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'abcdefgh'), maxLength: 20 }),
)
const texts = fc
  .array(
    fc.tuple(word, fc.constantFrom('', ' ', '  ', '\n', '\t', '\r\n', '\v', '\x00', '\x7f', '\x1c', 'é', '中', 'K')),
  )
  .map((parts) => parts.flat().join(''))

function compare(file: object, { numRuns = 1000, isLeft = false } = {}) {
  const { encode, expected } = both(file)
  let plain = 0
  fc.assert(
    fc.property(texts, (text) => {
      const ids = encode?.(text)
      if (ids === undefined) return
      plain++
      expect(ids).toEqual(expected(text))
    }),
    { numRuns },
  )
  if (isLeft) expect(plain).toBe(0)
  else expect(plain).toBeGreaterThan(numRuns / 20)
}

describe('the fast path for plain texts', () => {
  it('gives the same tokens as the library, for any text', () => compare(tiny))

  it('gives the same tokens for a cased tokenizer and another word length', () =>
    compare(
      changed(({ normalizer, model }) => {
        normalizer.lowercase = false
        model.max_input_chars_per_word = 10
      }),
    ))

  it('is not used if neighbouring unknown words are fused', () =>
    compare(
      changed(({ model }) => (model.fuse_unk = true)),
      { isLeft: true },
    ))

  it('gives the same tokens if fusing is explicitly off', () =>
    compare(changed(({ model }) => (model.fuse_unk = false))))

  it.skipIf(minilm === undefined)('gives the same tokens with a real vocabulary', async () =>
    compare(await read(minilm ?? ''), { numRuns: 3000 }),
  )

  it('is not used for other than ASCII text, or for characters that begin a special token', () => {
    const { encode } = both(tiny)
    expect(encode?.('the sun')).toBeDefined()
    for (const text of ['thé sun', '中', 'the\u00a0sun', 'a [MASK] b', '[', 'a\x00b', 'a\x7fb', '😀'])
      expect([text, encode?.(text)]).toEqual([text, undefined])
    const token = { id: 3, content: 'GPT', special: false, normalized: true, lstrip: false, rstrip: false }
    const more = both(changed((file) => file.added_tokens.push(token))).encode
    expect([more?.('the sun'), more?.('gpt'), more?.('egg')]).toEqual([expect.anything(), undefined, undefined])
  })

  it("is not used for a tokenizer that differs from BERT's in any way", () => {
    expect(both(tiny).encode).toBeDefined()
    const others = [
      changed((file) => (file.normalizer = null)),
      changed((file) => (file.normalizer = { type: 'Sequence', normalizers: [file.normalizer] })),
      changed((file) => (file.pre_tokenizer = { type: 'Whitespace' })),
      changed((file) => file.added_tokens.push({ id: 3, content: ' x', special: false, normalized: false })),
    ]
    for (const file of others) expect(both(file).encode).toBeUndefined()
    expect(both(tiny, { do_lowercase_and_remove_accent: true }).encode).toBeUndefined()
    expect(both(tiny, { remove_space: true }).encode).toBeUndefined()
  })
})

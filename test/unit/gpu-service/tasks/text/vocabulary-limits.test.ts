import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTokenizer } from '../../../../../gpu-service/tasks/text/open-tokenizer.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { guardTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer-guard.ts'
import { refuseLongPieces } from '../../../../../gpu-service/tasks/text/vocabulary-limits.ts'
import { temporaryFolder } from '../../support/folders.ts'

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
  const guarded = (model: object) =>
    createTokenizer({ ...others, model } as never, {}, guardTokenizer({ limitMs: 50 })).encode('a'.repeat(2048), 512)
  const stopped = expect.objectContaining({ code: 'invalid_input', status: 422 })

  it("is stopped if its word length is unlimited, with or without BERT's stages", () => {
    const bert = { normalizer: { type: 'BertNormalizer' }, pre_tokenizer: { type: 'BertPreTokenizer' } }
    for (const length of [1_000_000, '1000000', {}]) expect(() => guarded(wordPiece(length))).toThrow(stopped)
    const file = { ...others, ...bert, model: { ...wordPiece(1_000_000), vocab: { '[UNK]': 0, a: 1, '##aaaa': 2 } } }
    const tokenizer = createTokenizer(file as never, {}, guardTokenizer({ limitMs: 20 }))
    expect(() => tokenizer.encode('a'.repeat(2048), 512)).toThrow(stopped)
  })

  it('is stopped if its subword prefix is a page long', () => {
    const prefix = '#'.repeat(100_000)
    const vocab = { '[UNK]': 0, a: 1, [`${prefix}a`]: 2 }
    expect(() => guarded({ ...wordPiece(1_000_000), continuing_subword_prefix: prefix, vocab })).toThrow(stopped)
  })

  it('is refused with too many special tokens', () => {
    const config = { additional_special_tokens: Array.from({ length: 10_001 }, (_, at) => `<${at}>`) }
    const tokenizer = () => createTokenizer({ ...others, model: wordPiece(100) } as never, config)
    expect(tokenizer).toThrow('10001 "additional_special_tokens"')
  })

  it.each([20_000_000, -1, 0.5, '7'])('is refused with an added token whose id is %j', async (id) => {
    const root = await temporaryFolder()
    const file = { ...others, added_tokens: [{ id, content: '<x>' }], model: unigram(3) }
    await writeFile(join(root, 'tokenizer.json'), JSON.stringify(file))
    await expect(openTokenizer({ root, paths: new Set(['tokenizer.json']) })).rejects.toMatchObject({
      code: 'unsupported_model',
      message: expect.stringContaining('added_tokens'),
    })
  })

  it('opens without a look at the millions of ids between its pieces and an added token', () => {
    let looks = 0
    const vocab = new Proxy(['<unk>', 'a'], { get: (target, key) => Reflect.get(target, key, void looks++) })
    vocab[2_000_000] = '<far>'
    refuseLongPieces({ scores: [-1, -2], vocab })
    expect(looks).toBeLessThan(20)
  })

  it('is refused if very many pieces begin at one position', () => {
    expect(() => tokenizerOf(unigram(65))).toThrow('of 65 characters; the limit is 64')
  })
})

describe('a tokenizer of usual words', () => {
  it('takes less than two seconds of CPU for a page without a space', () => {
    for (const model of [wordPiece(100), wordPiece(undefined), unigram(16)]) {
      const tokenizer = tokenizerOf(model)
      const before = process.cpuUsage()
      expect(tokenizer.encode('a'.repeat(4096), 10_000).length).toBeGreaterThan(0)
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1000).toBeLessThan(2000)
    }
  })
})

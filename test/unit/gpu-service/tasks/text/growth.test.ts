import { describe, expect, it } from 'vitest'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const tokenizerWith = (stages: object) => createTokenizer({ ...plainTokenizer, ...stages }, {})
const replacing = (content: string) => ({ type: 'Replace', pattern: { String: 'a' }, content })
const tenfold = (steps: number) => Array.from({ length: steps }, () => replacing('a'.repeat(10)))

describe('a tokenizer that makes texts longer', () => {
  it('is stopped long before one letter becomes gigabytes, with and without positions', () => {
    const tokenizer = tokenizerWith({ normalizer: { type: 'Sequence', normalizers: tenfold(9) } })
    const before = process.threadCpuUsage()
    expect(() => tokenizer.encode('a', 512)).toThrow('more than 64 times as long')
    expect(() => tokenizer.spanned('a', { start: 0, end: 1 })).toThrow('more than 64 times as long')
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(500)
  })

  it('is also stopped while splitting words and while decoding tokens', () => {
    const spaces = Array.from({ length: 30 }, () => ({ type: 'Metaspace', replacement: '' }))
    const tokenizer = tokenizerWith({
      pre_tokenizer: { type: 'Sequence', pretokenizers: tenfold(9) },
      decoder: { type: 'Sequence', decoders: [...tenfold(2), ...spaces] },
    })
    const before = process.threadCpuUsage()
    expect(() => tokenizer.encode('a', 512)).toThrow('more than 64 times as long')
    expect(() => tokenizer.spanned('a', { start: 0, end: 1 })).toThrow('more than 64 times as long')
    expect(() => tokenizer.decode([0], false)).toThrow('more than 64 times as long')
    expect(() => tokenizer.join(['a'])).toThrow('more than 64 times as long')
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(500)
  })

  it('is refused at load if it does that to a token of its own', () => {
    const normalizer = { type: 'Sequence', normalizers: tenfold(9) }
    const added_tokens = [{ id: 2, content: 'a', normalized: true }]
    expect(() => tokenizerWith({ normalizer, added_tokens })).toThrow('expands the token "a" too much')
  })

  it('is accepted if it makes a few characters of each, however many steps it has', () => {
    const normalizers = [...'bcdefghijk'].map((letter) => ({ ...replacing('aaa'), pattern: { String: letter } }))
    const tokenizer = tokenizerWith({ normalizer: { type: 'Sequence', normalizers } })
    expect(tokenizer.encode('bcd '.repeat(500), 512).length).toBeGreaterThan(0)
  })
})

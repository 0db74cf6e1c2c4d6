import { describe, expect, it } from 'vitest'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const tokenizerWith = (stages: object) => createTokenizer({ ...plainTokenizer, ...stages }, {})
const replacing = (content: string) => ({ type: 'Replace', pattern: { String: 'a' }, content })
const tenfold = (steps: number) => Array.from({ length: steps }, () => replacing('a'.repeat(10)))

describe('a tokenizer that makes texts longer', () => {
  it('ends with a refusal before one letter is gigabytes, told with places or without', () => {
    const tokenizer = tokenizerWith({ normalizer: { type: 'Sequence', normalizers: tenfold(9) } })
    const startedMs = performance.now()
    expect(() => tokenizer.encode('a', 512)).toThrow('more than 32 times as long')
    expect(() => tokenizer.spanned('a', { start: 0, end: 1 })).toThrow('more than 32 times as long')
    expect(performance.now() - startedMs).toBeLessThan(500)
  })

  it('is refused where one step puts very much in the place of little', () => {
    const much = 'a'.repeat(101)
    for (const normalizer of [replacing(much), { type: 'Prepend', prepend: much }])
      expect(() => tokenizerWith({ normalizer })).toThrow('more than 100 characters')
    expect(() => tokenizerWith({ decoder: { type: 'Sequence', decoders: tenfold(2) } })).toThrow('again and again')
  })

  it('is taken where it makes a few characters of each, however many steps it has', () => {
    const normalizers = [...'bcdefghijk'].map((letter) => ({ ...replacing('aaa'), pattern: { String: letter } }))
    const tokenizer = tokenizerWith({ normalizer: { type: 'Sequence', normalizers } })
    expect(tokenizer.encode('bcd '.repeat(500), 512).length).toBeGreaterThan(0)
  })
})
